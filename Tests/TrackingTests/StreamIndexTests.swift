import Dissection
import TestSupport
import Testing

@testable import Tracking

/// Wireshark's tcp.stream: a new index for a SYN whose sequence number differs from the one that
/// opened the conversation.
@Suite struct StreamIndexTests {
  private let x: SocketAddress = "10.0.0.1:40000"
  private let y: SocketAddress = "10.0.0.2:80"

  private func streams(_ segments: [Segment]) -> [Int] {
    var tracker = Tracker()
    return segments.enumerated().map { index, segment in
      var segment = segment
      segment.frame = index + 1
      let receipt = tracker.receive(segment) { _ in }
      // The latest stream of the connection is the frame's own while nothing is merged.
      return tracker.connection(receipt.connection, at: segment.time)?.mergedStreams.last ?? -1
    }
  }

  @Test func `a retransmitted SYN belongs to the same stream`() {
    #expect(
      streams([
        .make(at: 0, from: x, to: y, "S", seq: 100), .make(at: 1, from: x, to: y, "S", seq: 100),
        .make(at: 3, from: y, to: x, "SA", seq: 7, ack: 101),
      ]) == [0, 0, 0])
  }

  @Test func `another SYN begins another stream`() {
    #expect(
      streams([
        .make(at: 0, from: x, to: y, "S", seq: 100),
        .make(at: 0, from: y, to: x, "RA", seq: 0, ack: 101),
        .make(at: 1, from: x, to: y, "S", seq: 900),
        .make(at: 1, from: y, to: x, "RA", seq: 0, ack: 901),
      ]) == [0, 0, 1, 1])
  }

  @Test func `a SYN/ACK with another sequence number begins none`() {
    #expect(
      streams([
        .make(at: 0, from: x, to: y, "S", seq: 100),
        .make(at: 0, from: y, to: x, "SA", seq: 7, ack: 101),
        .make(at: 1, from: y, to: x, "SA", seq: 99, ack: 101),
      ]) == [0, 0, 0])
  }

  @Test func `indices are given in order of first frames over all conversations`() {
    #expect(
      streams([
        .make(at: 0, from: x, to: y, "S", seq: 100),
        .make(at: 0, from: x, to: "10.0.0.3:80", "S", seq: 100),
        .make(at: 1, from: "10.0.0.4:5", to: y, "A", seq: 100, ack: 1),
        .make(at: 2, from: x, to: y, "S", seq: 500),
        .make(at: 3, from: x, to: "10.0.0.3:80", "S", seq: 100),
      ]) == [0, 1, 2, 3, 1])
  }

  @Test func `mid-stream: a SYN that differs from where the conversation began splits`() {
    var index = StreamIndex(first: 4)
    let data = Segment.make(from: x, to: y, "A", seq: 101, ack: 501, len: 10)
    #expect(!index.isSplit(by: data, fromLow: true))
    index.note(data, fromLow: true)
    #expect(index.isSplit(by: .make(from: x, to: y, "S", seq: 900), fromLow: true))
    #expect(!index.isSplit(by: .make(from: x, to: y, "SA", seq: 900), fromLow: true))
    #expect(index.isSplit(by: .make(from: y, to: x, "S", seq: 900), fromLow: false))
    #expect(index.current == 4)
  }

  @Test func `a SYN at the number that began it does not split`() {
    var index = StreamIndex(first: 0)
    let syn = Segment.make(from: x, to: y, "S", seq: .max)
    index.note(syn, fromLow: true)
    #expect(!index.isSplit(by: syn, fromLow: true))
    // The other end dials too: nothing of it is known yet.
    #expect(!index.isSplit(by: .make(from: y, to: x, "S", seq: 3), fromLow: false))
  }
}
