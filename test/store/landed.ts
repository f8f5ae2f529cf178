/** SHA-256 of each migration that has landed, and of the routines with their version: stores exist that they have made. */
export const landed: Readonly<Record<string, string>> = {
  "0001-first": "61a16034130083ee18e48629e53dbd5e9d3319c16c1e5073decd76ae3335d862",
  "0002-deliveries": "193d1d305e66fe34de3e3cccedd6683ad929c5f39de6e2ccdf40f5c196146abf",
  "0003-incident-life": "f0a11014b0c19da88c217db6fd4adf4833901a3d5f463b028084c4e0f973efae",
  "0004-installation": "9f7b20d4eccf7171cf3f47d0f22b84e1db96d9f36440728f0d709682aef5114a",
  "0005-budgets": "79409067c5a96b9c4d34ad6b534cb1785f071fe3b0aba473692f7f97a9e96f4f",
  "0007-alert-manners": "6408df4d2bd2616952e9da8236631653e58675088163db5b84fea6d75c398c2c",
  "0008-key-caps": "d33c8e8ac69c1624eb3218245a6f089b1a5636f2ae6f1ac3de64170a70cd230d",
  "0010-pauses": "1f4cc3470184c1f9d881aa951b4cad05c5e344f8c321724295783772bf76c37e",
  "0011-fleet": "8686453fba514fd65a1ad23b6b3f00eb54f085360570eff21e97033e4f8050b5",
  "0012-planned": "10cb493e52b2633fcfd0ca3b55b1b02216dd80ea3a523c31771a86651c6ca78d",
  "0013-baseline-spans": "8c24aea91ce95353e8a22bf6e717b6d89ccf7e2572ce45351df15e7feb8d871d",
  "0015-digests": "8eb17efcbe8e17507fcd0a58052edee764f53c28c506207d59871a6b0036dd7f",
  "0016-ledger-entries": "e2d276458304ec86b20bcd5cc39b566fe71ff572598f25e329fa9427eac6ae65",
  "0022-routines": "6bbaecb97dbe6c4684d05ffec3355786cec885c0b61ecf31b7e7c752ed3e8672",
  "0023-repair": "06398e0712977e429f26351ec7ec2f433afe0f146256c76bfdaea34a52f0a21b",
  "routines 1": "ac23e97a8f8f5617a86ff8f05a01f6621a900bb3f721709f3edf6e08014e8c32",
};
