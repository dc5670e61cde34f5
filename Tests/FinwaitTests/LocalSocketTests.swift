import Dissection
import Reporting
import Testing
import Tracking

@testable import Host
@testable import finwait

@Suite struct LocalSocketTests {
  private static let start = Timestamp(nanoseconds: 1_783_865_002_000_000_000)

  private func at(_ milliseconds: Int64) -> Timestamp {
    Self.start.advanced(by: .milliseconds(milliseconds))
  }

  private func row(
    _ state: KernelSocket.State, cookie: UInt64 = 1, lastACK: UInt32? = nil
  ) -> KernelSocket {
    let end = SocketAddress(address: IPAddress(version4: 0x0A00_0005), port: 8_080)
    return KernelSocket(
      local: end, remote: end, state: state, timer: .none, expiresMilliseconds: 0,
      retransmissions: 0, receiveQueue: 0, sendQueue: 0, user: 0, inode: 0, cookie: cookie,
      interface: 0, lastACKMilliseconds: lastACK)
  }

  private func socket(
    _ row: KernelSocket, after earlier: LocalSocket? = nil, at milliseconds: Int64
  ) throws -> LocalSocket {
    try #require(LocalSocket(row, after: earlier, at: at(milliseconds)))
  }

  /// A peer that answers keep-alives acknowledges long after its FIN.
  @Test func theAgeIsTheLeastThatIsCertain() throws {
    let first = try socket(row(.closeWait, lastACK: 400), at: 1_000)
    #expect(first.since == at(600))
    let later = try socket(row(.closeWait, lastACK: 100), after: first, at: 9_000)
    #expect(later.since == at(600))
    let other = try socket(row(.closeWait, cookie: 2, lastACK: 100), after: first, at: 9_000)
    #expect(other.since == at(8_900))
    let untold = try socket(row(.lastACK), after: first, at: 9_000)
    #expect(untold.since == at(9_000))
  }

  @Test func aDifferenceIsShownOnceItHasLasted() throws {
    var socket = try socket(row(.closeWait), at: 0)
    #expect(socket.hostEnd(at: at(0)).source == .both)
    socket.compare(5, .established, at: at(0))
    #expect(socket.hostEnd(at: at(900)).kernelState == nil)
    #expect(socket.hostEnd(at: at(1_000)).kernelState == .closeWait)
    #expect(socket.hostEnd(at: at(1_000)).connection == 5)
    // It is another difference when one of the two moves.
    socket.compare(5, .finWait1, at: at(1_000))
    #expect(socket.hostEnd(at: at(1_900)).kernelState == nil)
    socket = try self.socket(row(.lastACK), after: socket, at: 1_950)
    socket.compare(5, .finWait1, at: at(1_950))
    #expect(socket.hostEnd(at: at(2_100)).kernelState == nil)
    socket.compare(5, .lastAck, at: at(3_000))
    #expect(socket.hostEnd(at: at(9_000)).kernelState == nil)
  }

  @Test func whatTheKernelListsNoLongerIsClosed() throws {
    var socket = try socket(row(.closeWait), at: 0)
    socket.goneSince = at(1_000)
    socket.compare(5, .closeWait, at: at(1_000))
    #expect(socket.hostEnd(at: at(2_000)).kernelState == .closed)
    #expect(socket.hostEnd(at: at(2_000)).source == .packets)
    socket.compare(5, .closed, at: at(3_000))
    #expect(socket.hostEnd(at: at(9_000)).kernelState == nil)
  }

  @Test func listenersAreNoEnds() {
    for state in [KernelSocket.State.listen, .bound, .closed] {
      #expect(LocalSocket(row(state), after: nil, at: at(0)) == nil)
    }
  }
}
