import Dissection
import TestSupport
import Testing

@testable import Extraction

struct PseudonymTests {
  /// The reference's own vectors: key 00 to 0f, messages of 0 to 15 octets (vectors.h).
  @Test func sipHashIsTheReferences() {
    let hash = SipHash(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
    #expect(hash.digest([]) == 0x726f_db47_dd0e_0e31)
    #expect(hash.digest(0..<1) == 0x74f8_39c5_93dc_67fd)
    #expect(hash.digest(0..<8) == 0x93f5_f579_9a93_2462)
    #expect(hash.digest(0..<15) == 0xa129_ca61_49be_45e5)
  }

  @Test func addressesShareAsManyBitsAsBefore() {
    var names = Pseudonyms(key: "a")
    var random = SplitMix64(seed: 7)
    for _ in 0..<500 {
      let one = UInt32(truncatingIfNeeded: random.next())
      let other = one ^ (1 << UInt32(random.next() % 32)) ^ UInt32(random.next() & 1)
      if one == 0 || other == 0 { continue }
      let pair = (names.pseudonym(ofVersion4: one), names.pseudonym(ofVersion4: other))
      #expect((one ^ other).leadingZeroBitCount == (pair.0 ^ pair.1).leadingZeroBitCount)
    }
    let network: IPAddress = "2001:db8:1::"
    for (low, bits) in [(1, 128 - 64 - 1), (4, 128 - 64 - 3)] {
      let one = names.pseudonym(ofVersion6: network.high, 0)
      let other = names.pseudonym(ofVersion6: network.high, UInt64(low))
      #expect(one.0 == other.0)
      #expect((one.1 ^ other.1).leadingZeroBitCount == bits)
    }
  }

  @Test func noTwoAddressesGetTheSame() {
    var names = Pseudonyms(key: "b")
    let found = Set((1...2000).map { names.pseudonym(ofVersion4: 0x0A00_0000 + $0) })
    #expect(found.count == 2000)
  }

  /// 0.x to 127.x stay such, 224.x to 239.x too: no host becomes a group.
  @Test(arguments: [0x7F00_0001, 0x8000_0001, 0xC000_0201, 0xE000_0001, 0xF000_0001] as [UInt32])
  func classesStay(_ address: UInt32) {
    for key in 0..<50 {
      var names = Pseudonyms(key: "\(key)")
      let pseudonym = names.pseudonym(ofVersion4: address)
      #expect(min((~address).leadingZeroBitCount, 4) == min((~pseudonym).leadingZeroBitCount, 4))
    }
  }

  @Test func groupsStayGroupsAndNoAddressStaysNone() {
    for key in 0..<50 {
      var names = Pseudonyms(key: "\(key)")
      #expect(names.pseudonym(ofVersion6: 0xFF02 << 48, 1).0 >> 56 == 0xFF)
      #expect(names.pseudonym(ofLink: 0x0100_5E00_0001) >> 40 & 3 == 1)
      #expect(names.pseudonym(ofLink: 0x0200_0000_0001) >> 40 & 3 == 2)
    }
    var names = Pseudonyms(key: "c")
    #expect(names.pseudonym(ofVersion4: 0) == 0)
    #expect(names.pseudonym(ofVersion6: 0, 0) == (0, 0))
    #expect(names.pseudonym(ofLink: 0) == 0)
  }

  @Test func theKeyDecides() {
    func name(_ key: String) -> IPAddress {
      var names = Pseudonyms(key: key)
      return names.pseudonym(of: "192.0.2.1" as IPAddress)
    }
    #expect(name("one") == name("one"))
    #expect(Set((0..<100).map { name("\($0)") }).count > 90)
  }

  @Test func portsChangePlacesAndSomeStay() {
    var names = Pseudonyms(key: "d", keptPorts: [443, 8080])
    let ports = (0...UInt16.max).map { names.pseudonym(ofPort: $0) }
    #expect(Set(ports).count == 65_536)
    #expect(ports[0] == 0)
    #expect(ports[443] == 443)
    #expect(ports[8080] == 8080)
    #expect(ports.enumerated().count { $0.offset == Int($0.element) } < 20)
    names = Pseudonyms(key: "d")
    #expect(names.pseudonym(of: "192.0.2.1:80" as SocketAddress).port == 80)
  }
}
