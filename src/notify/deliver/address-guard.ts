import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** `public`: anyone's · `private`: only where a receiver is permitted them · `never`: whatever is permitted. */
export type AddressClass = "public" | "private" | "never";

/**
 * May alerts be posted there? Everything that is not known to be public unicast is refused, and what tunnels an
 * IPv4 address counts as that address. Metadata services of clouds are refused even where private is permitted.
 */
export function mayPostTo(address: string, allowPrivate: boolean): boolean {
  const found = classOf(address);
  return found === "public" || (found === "private" && allowPrivate);
}

/** The class of an address in text form; `never` for what is no address. */
export function classOf(address: string): AddressClass {
  return ipaddr.isValid(address) ? classify(ipaddr.parse(address)) : "never";
}

/**
 * Metadata services of clouds that no range below covers: 169.254.0.0/16 and fe80::/10, where most are, and 192.0.0.192
 * (Oracle Cloud Classic) are never allowed anyway.
 */
const metadataServices = [
  // Azure wire server: learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
  "168.63.129.16/32",
  // Alibaba Cloud: alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata; over IPv6: the AliYun data source of
  // cloud-init, github.com/canonical/cloud-init/blob/main/cloudinit/sources/DataSourceAliYun.py
  "100.100.100.200/32",
  "fd00:100::100:200/128",
  // AWS: metadata ::254, EKS Pod Identity ::23 (which hands out credentials), DNS ::253, time ::123, all in one prefix:
  // docs.aws.amazon.com/whitepapers/latest/ipv6-on-aws/supporting-amazon-vpc-services.html,
  // docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html and
  // docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
  "fd00:ec2::/32",
  // Google Cloud: cloud.google.com/compute/docs/metadata/querying-metadata
  "fd20:ce::254/128",
  // Scaleway: docs.cloud-init.io/en/latest/reference/datasources/scaleway.html
  "fd00:42::42/128",
  // Oracle Cloud: docs.oracle.com/en-us/iaas/Content/Compute/Tasks/gettingmetadata.htm
  "fd00:c1::a9fe:a9fe/128",
  // Akamai (Linode): docs.cloud-init.io/en/latest/reference/datasources/akamai.html
  "fd00:a9fe:a9fe::1/128",
].map((range) => ipaddr.parseCIDR(range));

/** 169.254.169.254 in the last 32 bits: networks that translate addresses (RFC 6052 §2.2, /96) choose their own prefix. */
const metadataTail = [0xa9fe, 0xa9fe];

function isMetadataService(address: Address): boolean {
  if (!isIPv4(address) && metadataTail.every((part, index) => address.parts[6 + index] === part)) return true;
  return metadataServices.some((range) => range[0].kind() === address.kind() && address.match(range));
}

const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

function classify(address: Address): AddressClass {
  if (isIPv4(address)) {
    if (isMetadataService(address)) return "never";
    switch (address.range()) {
      case "unicast":
        return "public";
      case "private":
      case "loopback":
      case "carrierGradeNat":
        return "private";
      default:
        return "never";
    }
  }
  if (address.zoneId !== undefined || isMetadataService(address)) return "never";
  switch (address.range()) {
    case "unicast":
      return unicastClass(address);
    case "loopback":
    case "uniqueLocal":
      return "private";
    case "ipv4Mapped":
      return classify(address.toIPv4Address());
    case "6to4":
      return classify(embedded(address, 2));
    case "rfc6052":
      // 64:ff9b:1::/48 may place the address elsewhere (RFC 8215); only the well-known prefix says where it is.
      return address.parts[2] === 0 ? classify(embedded(address, 12)) : "never";
    case "teredo":
      return strictest(classify(embedded(address, 4)), classify(inverted(embedded(address, 12))));
    default:
      return "never";
  }
}

/** ipaddr.js calls unicast whatever it has no other name for: IPv4-compatible addresses, unassigned space. */
function unicastClass(address: ipaddr.IPv6): AddressClass {
  if (!address.match(globalUnicast)) return "never";
  // ISATAP (RFC 5214): the interface identifier is [02]00:5efe and an IPv4 address.
  const isatap = address.parts[5] === 0x5efe && ((address.parts[4] ?? 0) & ~0x0200) === 0;
  return isatap ? classify(embedded(address, 12)) : "public";
}

function isIPv4(address: Address): address is ipaddr.IPv4 {
  return address.kind() === "ipv4";
}

function embedded(address: ipaddr.IPv6, firstByte: number): ipaddr.IPv4 {
  return new ipaddr.IPv4(address.toByteArray().slice(firstByte, firstByte + 4));
}

/** Teredo hides the client's address by flipping its bits (RFC 4380 §4). */
function inverted(address: ipaddr.IPv4): ipaddr.IPv4 {
  return new ipaddr.IPv4(address.octets.map((octet) => octet ^ 0xff));
}

function strictest(one: AddressClass, other: AddressClass): AddressClass {
  const order: readonly AddressClass[] = ["never", "private", "public"];
  return order[Math.min(order.indexOf(one), order.indexOf(other))] ?? "never";
}
