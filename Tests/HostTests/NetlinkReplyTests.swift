import TestSupport
import Testing

@testable import Host

@Suite struct NetlinkReplyTests {
  /// What a datagram tells: its outcome, and the type and payload of each message.
  private func scan(
    _ bytes: [UInt8], first length: Int? = nil
  ) -> (outcome: NetlinkReply.Outcome, messages: [(UInt16, [UInt8])], wasInterrupted: Bool) {
    var messages: [(UInt16, [UInt8])] = []
    var wasInterrupted = false
    let outcome = NetlinkReply.scan(
      bytes.span.extracting(first: length ?? bytes.count), wasInterrupted: &wasInterrupted
    ) { type, payload in messages.append((type, payload.indices.map { payload[$0] })) }
    return (outcome, messages, wasInterrupted)
  }

  @Test func messagesComeInOrder() {
    let bytes =
      DiagBytes.message(20, [1, 2, 3]) + DiagBytes.message(1, [9]) + DiagBytes.message(20, [4])
    let scanned = scan(bytes)
    #expect(scanned.outcome == .more)
    #expect(scanned.messages.map(\.0) == [20, 20])
    #expect(scanned.messages.map(\.1) == [[1, 2, 3], [4]])
    #expect(scan(bytes + DiagBytes.done).outcome == .done)
    #expect(scan([]).outcome == .more)
  }

  @Test func nothingCountsBehindTheEnd() {
    let scanned = scan(DiagBytes.done + DiagBytes.message(20, [1]))
    #expect(scanned.outcome == .done)
    #expect(scanned.messages.isEmpty)
  }

  @Test func refusalsAreErrorNumbers() {
    #expect(scan(DiagBytes.message(2, DiagBytes.native(Int32(-13)))).outcome == .refused(13))
    #expect(scan(DiagBytes.message(3, DiagBytes.native(Int32(-2)))).outcome == .refused(2))
    // An acknowledgment.
    #expect(scan(DiagBytes.message(2, DiagBytes.native(Int32(0)))).outcome == .more)
    #expect(scan(DiagBytes.message(2, DiagBytes.native(Int32.min))).outcome == .refused(.max))
    #expect(scan(DiagBytes.message(2, [1, 2, 3])).outcome == .malformed)
    #expect(scan(DiagBytes.message(4, [])).outcome == .overrun)
  }

  @Test func anInterruptedDumpIsNoticed() {
    #expect(scan(DiagBytes.message(20, [], flags: 0x12)).wasInterrupted)
    #expect(!scan(DiagBytes.message(20, [], flags: 0x02)).wasInterrupted)
  }

  /// Cut between messages it is more; anywhere else it is damaged, and the messages before count.
  @Test func everyTruncation() {
    let first = DiagBytes.message(20, [1, 2, 3, 4, 5])
    let bytes = first + DiagBytes.message(20, Array(repeating: 6, count: 8)) + DiagBytes.done
    let ends = [0, 21, 22, 23, 24, 48, bytes.count]
    for length in 0...bytes.count {
      let scanned = scan(bytes, first: length)
      #expect(scanned.messages.count == (length >= 48 ? 2 : length >= 21 ? 1 : 0), "\(length)")
      switch length {
      case bytes.count: #expect(scanned.outcome == .done)
      case _ where ends.contains(length): #expect(scanned.outcome == .more, "\(length)")
      default: #expect(scanned.outcome == .malformed, "\(length)")
      }
    }
  }

  @Test(arguments: [0, 1, 15, 17, 1 << 16, UInt32.max])
  func badLengthsAreDamage(length: UInt32) {
    var bytes = DiagBytes.message(20, [])
    bytes.replaceSubrange(0..<4, with: DiagBytes.native(length))
    #expect(scan(bytes).outcome == .malformed)
  }

  /// Whatever comes, nothing traps, and what is told lies within what came.
  @Test func randomBytes() {
    let seed: UInt64 = 20_260_801
    var random = SplitMix64(seed: seed)
    for run in 0..<20_000 {
      var bytes = (0..<Int.random(in: 0..<400, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      if bytes.count >= 16, run % 4 != 0 {
        let length = UInt32.random(in: 16...UInt32(bytes.count), using: &random)
        bytes.replaceSubrange(0..<4, with: DiagBytes.native(length))
        bytes.replaceSubrange(4..<6, with: DiagBytes.native(UInt16(20)))
      }
      let scanned = scan(bytes)
      let told = scanned.messages.reduce(0) { $0 + $1.1.count + 16 }
      #expect(told <= bytes.count, "seed \(seed), run \(run)")
      for message in scanned.messages { _ = KernelSocket(message.1.span) }
    }
  }
}
