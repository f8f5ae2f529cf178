import { describe, expect, test } from "vitest";
import { classOf, mayPostTo } from "../../../src/notify/deliver/address-guard.ts";

describe("classOf", () => {
  test.each(["8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::1"])("%s is public", (address) => {
    expect(classOf(address)).toBe("public");
  });

  test.each([
    "127.0.0.1",
    "127.255.0.3",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "::1",
    "fd12::1",
  ])("%s is private", (address) => {
    expect(classOf(address)).toBe("private");
  });

  test.each([
    ["metadata of most clouds", "169.254.169.254"],
    ["link-local", "169.254.0.1"],
    ["link-local over IPv6", "fe80::1"],
    ["a zone", "fe80::1%eth0"],
    ["metadata of AWS over IPv6", "fd00:ec2::254"],
    ["metadata of Google over IPv6", "fd20:ce::254"],
    ["metadata of Alibaba", "100.100.100.200"],
    ["metadata of Alibaba over IPv6", "fd00:100::100:200"],
    ["DNS of AWS over IPv6", "fd00:ec2::253"],
    ["time of AWS over IPv6", "fd00:ec2::123"],
    ["credentials of ECS tasks", "169.254.170.2"],
    ["credentials of EKS pods", "169.254.170.23"],
    ["metadata of Scaleway", "169.254.42.42"],
    ["metadata of Tencent Cloud", "169.254.0.23"],
    ["credentials of EKS pods over IPv6", "fd00:ec2::23"],
    ["metadata of Scaleway over IPv6", "fd00:42::42"],
    ["metadata of Oracle Cloud over IPv6", "fd00:c1::a9fe:a9fe"],
    ["metadata of Akamai over IPv6", "fd00:a9fe:a9fe::1"],
    ["metadata of OpenStack over IPv6", "fe80::a9fe:a9fe"],
    ["metadata behind a translator of one's own prefix", "fd12:3456::a9fe:a9fe"],
    ["metadata behind a public translator", "2a00:1450:64::a9fe:a9fe"],
    ["metadata, IPv4-mapped in hex", "::ffff:a9fe:a9fe"],
    ["metadata of Azure, IPv4-mapped", "::ffff:168.63.129.16"],
    ["metadata of Alibaba behind NAT64", "64:ff9b::100.100.100.200"],
    ["Azure's wire server", "168.63.129.16"],
    ["Oracle's metadata", "192.0.0.192"],
    ["unspecified", "0.0.0.0"],
    ["this network", "0.1.2.3"],
    ["unspecified IPv6", "::"],
    ["broadcast", "255.255.255.255"],
    ["multicast", "224.0.0.1"],
    ["multicast IPv6", "ff02::1"],
    ["reserved", "240.0.0.1"],
    ["documentation", "203.0.113.9"],
    ["documentation IPv6", "2001:db8::1"],
    ["benchmarking", "198.18.0.1"],
    ["site-local", "fec0::1"],
    ["discard", "100::1"],
    ["unassigned space", "4000::1"],
    ["IPv4-compatible loopback", "::7f00:1"],
    ["IPv4-translated", "::ffff:0:8.8.8.8"],
    ["NAT64 of local use", "64:ff9b:1::808:808"],
    ["no address", "localhost"],
    ["nothing", ""],
  ])("%s is never posted to: %s", (_what, address) => {
    expect(classOf(address)).toBe("never");
    expect(mayPostTo(address, true)).toBe(false);
  });

  test.each([
    ["IPv4-mapped", "::ffff:127.0.0.1", "private"],
    ["IPv4-mapped", "::ffff:a00:1", "private"],
    ["IPv4-mapped", "::ffff:169.254.169.254", "never"],
    ["IPv4-mapped", "::ffff:8.8.8.8", "public"],
    ["6to4", "2002:7f00:1::", "private"],
    ["6to4", "2002:a9fe:a9fe::1", "never"],
    ["6to4", "2002:808:808::1", "public"],
    ["NAT64", "64:ff9b::127.0.0.1", "private"],
    ["NAT64", "64:ff9b::a9fe:a9fe", "never"],
    ["NAT64", "64:ff9b::808:808", "public"],
    // Server 65.54.227.120, client 192.0.2.45 / 10.0.0.1 / 8.8.8.8, flipped.
    ["Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "never"],
    ["Teredo", "2001:0:4136:e378:8000:63bf:f5ff:fffe", "private"],
    ["Teredo", "2001:0:4136:e378:8000:63bf:f7f7:f7f7", "public"],
    ["Teredo with a private server", "2001:0:a00:1:8000:63bf:f7f7:f7f7", "private"],
    ["ISATAP", "2606:4700::5efe:10.0.0.1", "private"],
    ["ISATAP", "2606:4700::200:5efe:a9fe:a9fe", "never"],
  ] as const)("%s counts as what it carries: %s", (_what, address, expected) => {
    expect(classOf(address)).toBe(expected);
  });
});

test("private needs permission, public does not", () => {
  expect([mayPostTo("10.0.0.1", false), mayPostTo("10.0.0.1", true)]).toEqual([false, true]);
  expect([mayPostTo("8.8.8.8", false), mayPostTo("8.8.8.8", true)]).toEqual([true, true]);
});
