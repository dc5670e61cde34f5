#if os(Linux)
  import Dissection
  import Foundation
  import TestSupport
  import Testing

  @testable import Host

  /// The kernel's own table, of sockets that the test has made on the loopback interface.
  @Suite struct SocketTableTests {
    /// A TCP socket of this process.
    private final class Socket {
      let descriptor: Int32

      init(_ descriptor: Int32) { self.descriptor = descriptor }

      convenience init(family: Int32 = AF_INET) {
        self.init(socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
      }

      deinit { _ = close(descriptor) }

      /// Binds to the loopback address and listens.
      func listen() throws -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutablePointer(to: &address) {
          unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe bind(descriptor, $0, length) + Glibc.listen(descriptor, 8)
              + getsockname(descriptor, $0, &length)
          }
        }
        try #require(bound == 0)
        return UInt16(bigEndian: address.sin_port)
      }

      /// Connects an IPv6 socket to an IPv4 address, mapped.
      func connectMapped(to port: UInt16) throws {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        unsafe address.sin6_addr.__in6_u.__u6_addr32 = (
          0, 0, UInt32(0xFFFF).bigEndian, UInt32(0x7F00_0001).bigEndian
        )
        let length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let connected = unsafe withUnsafePointer(to: &address) {
          unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe connect(descriptor, $0, length)
          }
        }
        try #require(connected == 0)
      }

      func accept() -> Socket { Socket(Glibc.accept(descriptor, nil, nil)) }

      var inode: UInt32 {
        var status = stat()
        _ = unsafe fstat(descriptor, &status)
        return UInt32(truncatingIfNeeded: status.st_ino)
      }
    }

    private let loopback = IPAddress(version4: 0x7F00_0001)

    private func sockets(
      of port: UInt16, withLastACK: Bool = false
    ) throws -> [KernelSocket.State: [KernelSocket]] {
      var table = try SocketTable()
      var rows: [KernelSocket] = []
      try table.forEachSocket(withLastACK: withLastACK) { row in
        if row.local.port == port || row.remote.port == port { rows.append(row) }
      }
      return Dictionary(grouping: rows, by: \.state)
    }

    /// The table once it has a socket in a state, which it gets by an acknowledgment that may be
    /// delayed.
    private func sockets(
      of port: UInt16, once state: KernelSocket.State
    ) throws -> [KernelSocket.State: [KernelSocket]] {
      var found = try sockets(of: port)
      for _ in 0..<200 where found[state] == nil {
        usleep(10_000)
        found = try sockets(of: port)
      }
      return found
    }

    @Test func everyKindOfSocketIsListed() throws {
      let listener = Socket()
      let port = try listener.listen()
      let dialler = Socket(family: AF_INET6)
      try dialler.connectMapped(to: port)
      var found = try sockets(of: port)
      let waiting = try #require(found[.established]?.first { $0.local.port == port })
      #expect(waiting.inode == 0 && !waiting.isOrphan, "it has not been accepted")
      let accepted = listener.accept()

      found = try sockets(of: port, withLastACK: true)
      #expect(found[.listen]?.map(\.local) == [SocketAddress(address: loopback, port: port)])
      let ours = try #require(found[.established]?.first { $0.remote.port == port })
      #expect(ours.remote.address == loopback)
      #expect(ours.local.address == loopback)
      #expect(ours.inode == dialler.inode)
      #expect(ours.user == getuid())
      #expect(ours.shutdown == [])
      #expect(try #require(ours.lastACKMilliseconds) < 60_000)

      // The server has closed its half alone: it is no orphan.
      _ = shutdown(accepted.descriptor, Int32(SHUT_WR))
      found = try sockets(of: port, once: .finWait2)
      let leak = try #require(found[.closeWait]?.first)
      #expect(leak.inode == dialler.inode)
      #expect(leak.shutdown == .receiving)
      let half = try #require(found[.finWait2]?.first)
      #expect(half.inode == accepted.inode && !half.isOrphan)
      #expect(half.shutdown == .sending)

      _ = shutdown(dialler.descriptor, Int32(SHUT_WR))
      found = try sockets(of: port, once: .timeWait)
      let small = try #require(found[.timeWait]?.first)
      #expect(small.local.port == port && small.timer == .timeWait && small.isOrphan)
      #expect((1...60_000).contains(small.expiresMilliseconds))
      #expect(found[.closeWait] == nil)
    }

    @Test func statesCanBeChosen() throws {
      let listener = Socket()
      let port = try listener.listen()
      var table = try SocketTable()
      var states: Set<KernelSocket.State> = []
      var ports: Set<UInt16> = []
      try table.forEachSocket(in: .listen) {
        states.insert($0.state)
        ports.insert($0.local.port)
      }
      #expect(states == [.listen])
      #expect(ports.contains(port))
    }

    @Test func theProgramIsFound() throws {
      let socket = Socket()
      var owners = SocketOwners()
      try owners.update([socket.inode])
      let program = try #require(owners.program(of: socket.inode))
      #expect(program.pid == getpid())
      #expect(program.user == geteuid())
      #expect(program.executable.map { URL(fileURLWithPath: $0).lastPathComponent } != nil)
    }

    @Test(.enabled(if: NamespaceHost.obstacle == nil, "\(NamespaceHost.obstacle ?? "")"))
    func aNamespaceHasATableOfItsOwn() throws {
      let listener = Socket()
      let port = try listener.listen()
      let host = try NamespaceHost()
      let namespace = try NetworkNamespace(host.path)
      var table = try namespace.run {
        Result { () throws(HostError) in try SocketTable() }
      }.get()
      var inside: [UInt16] = []
      try table.forEachSocket { inside.append($0.local.port) }
      #expect(inside == [])
      // This thread has not moved.
      #expect(try sockets(of: port)[.listen]?.count == 1)
    }

    @Test func whatIsNoNamespaceIsTold() throws {
      #expect(throws: HostError.unknownName("there is no network namespace /nonexistent/net")) {
        try NetworkNamespace("/nonexistent/net")
      }
      #expect(throws: HostError.unknownName("there is no network namespace /var/run/netns/zzz")) {
        try NetworkNamespace("zzz")
      }
      let file = try NetworkNamespace("/dev/null")
      #expect(throws: HostError.unknownName("/dev/null is not a network namespace")) {
        try file.run {}
      }
    }
  }
#endif
