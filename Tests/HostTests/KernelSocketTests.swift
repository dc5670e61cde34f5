import Dissection
import Testing

@testable import Host

@Suite struct KernelSocketTests {
  private static let control = UInt64(0x0102_0304_0506_0708)
  private static let attributes: [UInt8] = {
    var information = [UInt8](repeating: 0, count: 64)
    information.replaceSubrange(56..<60, with: DiagBytes.native(UInt32(1234)))
    return DiagBytes.attribute(2, information) + DiagBytes.attribute(8, [3])
      + DiagBytes.attribute(21, DiagBytes.native(control))
  }()

  private func read(_ bytes: [UInt8], first length: Int? = nil) -> KernelSocket? {
    KernelSocket(bytes.span.extracting(first: length ?? bytes.count))
  }

  private func address(_ last: UInt32, _ port: UInt16) -> SocketAddress {
    SocketAddress(address: IPAddress(version4: 0x0A09_0000 + last), port: port)
  }

  @Test func everyFieldIsRead() throws {
    let bytes = DiagBytes.socket(
      family: 2, state: 8, DiagBytes.version4, attributes: Self.attributes)
    let socket = try #require(read(bytes))
    #expect(
      socket
        == KernelSocket(
          local: address(1, 8080), remote: address(2, 40001), state: .closeWait, timer: .timeWait,
          expiresMilliseconds: 60_000, retransmissions: 2, receiveQueue: 11, sendQueue: 12,
          user: 1000, inode: 4711, cookie: 0x5566_7788_1122_3344, interface: 5,
          controlGroup: Self.control, shutdown: [.receiving, .sending], lastACKMilliseconds: 1234))
  }

  @Test func version6IsRead() throws {
    let bytes = DiagBytes.socket(family: 10, state: 6, DiagBytes.version6)
    let socket = try #require(read(bytes))
    #expect(socket.state == .timeWait)
    #expect(
      socket.local.address == IPAddress(version6High: 0xFD09_0000_0000_0000, low: 1))
    #expect(
      socket.remote.address == IPAddress(version6High: 0xFD09_0000_0000_0000, low: 2))
    #expect((socket.local.port, socket.remote.port) == (8080, 40001))
  }

  @Test func mappedAddressesAreThoseOnTheWire() throws {
    let bytes = DiagBytes.socket(family: 10, state: 1, DiagBytes.mapped)
    let socket = try #require(read(bytes))
    #expect(socket.local == address(1, 8080))
    #expect(socket.remote == address(2, 40001))
  }

  /// Cut within the message: no row. Cut within an attribute: the row without it.
  @Test func everyTruncation() throws {
    let bytes = DiagBytes.socket(
      family: 2, state: 8, DiagBytes.version4, attributes: Self.attributes)
    let ends = (information: 72 + 68, shutdown: 72 + 68 + 5, control: 72 + 68 + 8 + 12)
    #expect(ends.control == bytes.count)
    for length in 0...bytes.count {
      let socket = read(bytes, first: length)
      guard length >= 72 else {
        #expect(socket == nil, "\(length)")
        continue
      }
      let row = try #require(socket)
      #expect(row.inode == 4711)
      #expect((row.lastACKMilliseconds != nil) == (length >= ends.information), "\(length)")
      #expect((row.shutdown != nil) == (length >= ends.shutdown), "\(length)")
      #expect((row.controlGroup != nil) == (length >= ends.control), "\(length)")
    }
  }

  @Test(arguments: [0, 1, 3, 200, UInt16.max])
  func aBadLengthEndsTheAttributes(length: UInt16) throws {
    let bad = DiagBytes.native(length) + DiagBytes.native(UInt16(8)) + [1, 0, 0, 0]
    let bytes = DiagBytes.socket(
      family: 2, state: 1, DiagBytes.version4,
      attributes: bad + DiagBytes.attribute(21, DiagBytes.native(Self.control)))
    let socket = try #require(read(bytes))
    #expect(socket.shutdown == nil)
    #expect(socket.controlGroup == nil)
  }

  @Test func othersFamiliesAndStatesAreNoRows() {
    #expect(read(DiagBytes.socket(family: 1, state: 1, DiagBytes.version4)) == nil)
    #expect(read(DiagBytes.socket(family: 2, state: 0, DiagBytes.version4)) == nil)
    #expect(read(DiagBytes.socket(family: 2, state: 14, DiagBytes.version4)) == nil)
    for state in KernelSocket.State.allCases {
      let bytes = DiagBytes.socket(family: 2, state: state.rawValue, DiagBytes.version4)
      #expect(read(bytes)?.state == state)
    }
  }

  @Test func aLaterKernelsTimerIsNone() throws {
    let bytes = DiagBytes.socket(family: 2, state: 1, timer: 9, DiagBytes.version4)
    #expect(try #require(read(bytes)).timer == .none)
  }
}
