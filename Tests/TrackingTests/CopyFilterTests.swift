import Dissection
import TestSupport
import Testing

@testable import Tracking

/// One packet captured twice, delivered twice, or two packets.
@Suite struct CopyFilterTests {
  struct Second: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var after = 0.000_1
    var seq: UInt32 = 100
    var ack: UInt32 = 200
    var flags = "FA"
    var len: UInt32 = 10
    var identifications: (UInt16, UInt16) = (7, 7)
    var ts: ((UInt32, UInt32)?, (UInt32, UInt32)?) = (nil, nil)
    var ttl: UInt8 = 64
    var vlan: UInt16 = 0
    var interface: UInt16 = 0
    var link: UInt16 = 0
    let verdict: CopyFilter.Verdict
  }

  private static let rows: [Second] = [
    Second(testDescription: "same in everything", verdict: .networkDuplicate),
    Second(testDescription: "other interface", interface: 1, verdict: .copy),
    Second(testDescription: "other TTL: routed", ttl: 63, verdict: .copy),
    Second(testDescription: "other VLAN", vlan: 5, verdict: .copy),
    Second(testDescription: "other link addresses", link: 9, verdict: .copy),
    Second(testDescription: "stamped a little earlier", after: -0.001, ttl: 63, verdict: .copy),
    Second(
      testDescription: "other interface, much later", after: 1, interface: 1,
      verdict: .original),
    Second(
      testDescription: "other identification: sent twice", identifications: (7, 8),
      verdict: .original),
    Second(
      testDescription: "other identification, other interface", identifications: (7, 8),
      interface: 1, verdict: .original),
    Second(testDescription: "other sequence number", seq: 101, interface: 1, verdict: .original),
    Second(testDescription: "other acknowledgment", ack: 201, interface: 1, verdict: .original),
    Second(testDescription: "other flags", flags: "PA", interface: 1, verdict: .original),
    Second(testDescription: "other length", len: 11, interface: 1, verdict: .original),
    Second(
      testDescription: "other TSval", ts: ((5, 1), (6, 1)), interface: 1,
      verdict: .original),
    Second(
      testDescription: "no identification, other interface", identifications: (0, 0),
      interface: 1, verdict: .copy),
    Second(
      testDescription: "no identification, same TSval", identifications: (0, 0),
      ts: ((5, 1), (5, 1)), verdict: .networkDuplicate),
    Second(
      testDescription: "no identification, other TSval", identifications: (0, 0),
      ts: ((5, 1), (6, 1)), verdict: .original),
  ]

  private func segment(
    _ row: Second, at time: Double, isSecond: Bool
  ) -> Segment {
    var segment = Segment.make(
      at: time, from: "10.0.0.1:1", to: "10.0.0.2:2", isSecond ? row.flags : "FA",
      seq: isSecond ? row.seq : 100, ack: isSecond ? row.ack : 200, len: isSecond ? row.len : 10,
      ts: isSecond ? row.ts.1 : row.ts.0,
      ipID: isSecond ? row.identifications.1 : row.identifications.0,
      ttl: isSecond ? row.ttl : 64, vlan: isSecond ? row.vlan : 0,
      interface: isSecond ? row.interface : 0)
    segment.linkFingerprint = isSecond ? row.link : 0
    return segment
  }

  @Test(arguments: rows)
  func `the second of two`(row: Second) {
    var filter = CopyFilter()
    let first = filter.judge(segment(row, at: 1, isSecond: false), digest: 3, fromLow: true)
    #expect(first == .original)
    let second = segment(row, at: 1 + row.after, isSecond: true)
    let verdict = filter.judge(second, digest: 3, fromLow: true)
    #expect(verdict == row.verdict)
  }

  @Test func `another connection, the other direction`() {
    let row = Second(testDescription: "", interface: 1, verdict: .original)
    let segment = segment(row, at: 1, isSecond: true)
    var filter = CopyFilter()
    let verdicts = [(3, true), (4, true), (3, false)].map { keyHash, fromLow in
      filter.judge(segment, digest: UInt64(keyHash), fromLow: fromLow)
    }
    #expect(verdicts == [.original, .original, .original])
  }

  @Test func `equal pure ACKs without identification are both sent`() {
    let ack = Segment.make(at: 1, from: "10.0.0.1:1", to: "10.0.0.2:2", "A", seq: 1, ack: 1)
    var filter = CopyFilter()
    let verdicts = (0..<2).map { _ in filter.judge(ack, digest: 3, fromLow: true) }
    #expect(verdicts == [.original, .original])
  }

  /// Captured on three interfaces: one packet.
  @Test func `a copy of a copy`() {
    var filter = CopyFilter()
    for interface: UInt16 in 0..<3 {
      let segment = Segment.make(
        at: 1 + Double(interface) / 10_000, from: "10.0.0.1:1", to: "10.0.0.2:2", "FA", seq: 1,
        ack: 1, ipID: 5, interface: interface)
      let verdict = filter.judge(segment, digest: 3, fromLow: true)
      #expect(verdict == (interface == 0 ? .original : .copy))
    }
  }

  /// The second one comes over the first interface as well.
  @Test func `a network duplicate after a copy`() {
    var filter = CopyFilter()
    let verdicts = [(0, 0), (0.000_1, 1), (0.001, 0)].map { after, interface in
      let segment = Segment.make(
        at: 1 + after, from: "10.0.0.1:1", to: "10.0.0.2:2", "FA", seq: 1, ack: 1, ipID: 5,
        interface: UInt16(interface))
      return filter.judge(segment, digest: 3, fromLow: true)
    }
    #expect(verdicts == [.original, .copy, .networkDuplicate])
  }

  /// One in two thousand of the packets between falls on the first's place in memory.
  @Test func `one packet between the two does not hide a copy`() {
    var filter = CopyFilter()
    let hidden = (0..<20_000).filter { number in
      let verdicts = [(UInt64(1), UInt16(0)), (2, 0), (1, 1)].map { digest, interface in
        let segment = Segment.make(
          at: Double(number), from: "10.0.0.1:1", to: "10.0.0.2:2", "A", seq: UInt32(number),
          ack: 1, ipID: 5, interface: interface)
        return filter.judge(segment, digest: digest, fromLow: true)
      }
      return verdicts != [.original, .original, .copy]
    }
    #expect(hidden == [])
  }
}
