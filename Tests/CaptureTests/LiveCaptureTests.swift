#if os(Linux)
  import Dissection
  import Foundation
  import Host
  import TestSupport
  import Testing

  @testable import Capture

  /// libpcap on real interfaces, of hosts of the tests' own.
  @Suite(.withNamespaces)
  struct LiveCaptureTests {
    private let client: NamespaceHost
    private let server: NamespaceHost

    init() throws {
      client = try NamespaceHost()
      server = try NamespaceHost()
      try client.join(server)
    }

    private struct Packet: Equatable {
      var interface: Int
      var frame: Int
      var time: Timestamp
      var segment: Segment?

      static func == (left: Packet, right: Packet) -> Bool { left.frame == right.frame }
    }

    private func capture(
      _ interfaces: [String], on host: NamespaceHost, _ options: LiveOptions = LiveOptions()
    ) throws -> LiveCapture {
      try NetworkNamespace(host.path).run {
        Result { () throws(LiveError) in
          try LiveCapture(interfaces: interfaces, options: options)
        }
      }.get()
    }

    /// All that comes until none has for a while.
    private func drain(_ capture: LiveCapture) -> [Packet] {
      var packets: [Packet] = []
      let dissector = Dissector()
      var quiet = 0
      while quiet < 20 {
        let before = packets.count
        _ = capture.read(isLast: quiet == 19) { interface, records, bytes in
          for record in records {
            let dissected = dissector.dissect(
              bytes.extracting(record.range), linkType: record.linkType,
              originalLength: record.originalLength, frame: record.frame, time: record.time,
              interface: record.interface)
            var packet = Packet(interface: interface, frame: record.frame, time: record.time)
            if case .segment(let segment) = dissected { packet.segment = segment }
            packets.append(packet)
          }
        }
        quiet = packets.count == before ? quiet + 1 : 0
        usleep(20_000)
      }
      return packets
    }

    /// Processors that put packets into one buffer can overtake each other between the stamp and the
    /// buffer, by microseconds.
    private func expectOrder(_ packets: [Packet]) {
      let start = packets.first?.time ?? .distantPast
      let told = packets.map { "\($0.interface):\($0.time.since(start).nanoseconds / 1_000)" }
      #expect(
        zip(packets, packets.dropFirst()).allSatisfy { $1.time.since($0.time) > .milliseconds(-1) },
        "\(told.joined(separator: " "))")
    }

    @Test(arguments: [false, true])
    func packetsComeAsTheyPass(isImmediate: Bool) throws {
      var options = LiveOptions()
      options.filter = "tcp"
      options.isImmediate = isImmediate
      let live = try capture(["eth0"], on: server, options)
      let before = live.now
      try Traffic.converse(4, from: client, to: server)
      let packets = drain(live)
      #expect(packets.map(\.frame) == Array(1...packets.count))
      expectOrder(packets)
      let segments = packets.compactMap(\.segment)
      #expect(segments.count == packets.count)
      #expect(segments.count { $0.flags == .syn } == 4)
      #expect(segments.count { $0.flags.contains(.fin) } == 8)
      #expect(segments.count { $0.source.address.version4 == nil } > 10)
      let first = try #require(packets.first)
      #expect(first.time >= before && first.time < before.advanced(by: .seconds(30)))
      #expect(packets.contains { $0.time.nanoseconds % 1_000 != 0 }, "stamps are of nanoseconds")
      #expect(live.lossTime == nil)
      let interface = live.interfaces[0]
      #expect(interface.packets == packets.count)
      #expect((interface.dropped, interface.droppedByInterface) == (0, 0))
      #expect(interface.linkType == .ethernet)
      #expect(interface.firstTime == first.time)
    }

    @Test func whatTheKernelHasNoRoomForIsALoss() throws {
      var options = LiveOptions()
      options.filter = "tcp"
      options.bufferSize = 1 << 16
      let live = try capture(["eth0"], on: server, options)
      let before = live.now
      // Some 4,000 packets, while nothing is read.
      try Traffic.converse(400, from: client, to: server)
      let packets = drain(live)
      #expect(live.interfaces[0].dropped > 0)
      #expect(packets.count > 0)
      let loss = try #require(live.lossTime)
      #expect(loss > before && loss <= live.now)
    }

    @Test func anyIsEveryInterface() throws {
      var options = LiveOptions()
      options.filter = "tcp"
      let live = try capture(["any"], on: server, options)
      #expect(live.interfaces[0].linkType == .linuxCooked2)
      try Traffic.converse(2, from: client, to: server)
      let segments = drain(live).compactMap(\.segment)
      #expect(segments.count { $0.flags == .syn } == 2)
    }

    /// A packet to the loopback interface and one over the wire, in turn.
    @Test func severalInterfacesAreOneCapture() throws {
      let live = try capture(["eth0", "lo"], on: server)
      for _ in 0..<10 {
        try server.sendDatagram(to: "127.0.0.1")
        try server.sendDatagram(to: "10.9.0.1")
      }
      let packets = drain(live)
      #expect(Set(packets.map(\.interface)) == [0, 1])
      #expect(packets.count >= 40)
      #expect(packets.map(\.frame) == Array(1...packets.count))
      expectOrder(packets)
    }

    @Test func theKernelCanPassClosesAlone() throws {
      var options = LiveOptions()
      options.closesOnly = true
      let light = try capture(["eth0"], on: server, options)
      options.filter = "ip6"
      let version6 = try capture(["any"], on: server, options)
      try Traffic.converse(6, from: client, to: server)
      let segments = drain(light).compactMap(\.segment)
      #expect(segments.count == 6 * 4)
      #expect(segments.allSatisfy { !$0.flags.isDisjoint(with: [.syn, .fin, .rst]) })
      #expect(segments.count { $0.source.address.version4 == nil } == 3 * 4)
      #expect(drain(version6).count == 3 * 4)
    }

    @Test(arguments: [LiveOptions.Direction.incoming, .outgoing])
    func oneDirection(direction: LiveOptions.Direction) throws {
      var options = LiveOptions()
      options.filter = "tcp"
      options.direction = direction
      let live = try capture(["eth0"], on: server, options)
      try Traffic.converse(1, from: client, to: server)
      let segments = drain(live).compactMap(\.segment)
      #expect(segments.count >= 4)
      #expect(
        segments.allSatisfy { ($0.destination.port == 8080) == (direction == .incoming) })
    }

    @Test func anInterfaceThatGoesLeavesTheOthers() throws {
      let live = try capture(["eth0", "lo"], on: server)
      try server.run("ip", "link", "delete", "eth0")
      try server.sendDatagram(to: "127.0.0.1")
      let packets = drain(live)
      let failure = try #require(live.interfaces[0].failure)
      #expect(failure.sentence.hasPrefix("no more packets come from eth0: "))
      #expect(live.interfaces[1].failure == nil)
      #expect(live.isOpen)
      #expect(packets.contains { $0.interface == 1 })
    }

    @Test func whatCannotBeOpenedIsToldInASentence() throws {
      #expect(throws: LiveError.unusable("there is no interface eth9")) {
        try capture(["eth9"], on: server)
      }
      var options = LiveOptions()
      options.filter = "tcp) or (udp"
      options.closesOnly = true
      #expect {
        try capture(["eth0"], on: server, options)
      } throws: { error in
        guard case LiveError.badFilter? = error as? LiveError else { return false }
        return true
      }
      try server.run("ip", "link", "set", "eth0", "down")
      #expect(throws: LiveError.unusable("the interface eth0 is down")) {
        try capture(["eth0"], on: server)
      }
    }

    @Test func interfacesAreListed() throws {
      let all = try NetworkNamespace(server.path).run {
        Result { () throws(LiveError) in try InterfaceDescription.all() }
      }.get()
      let ethernet = try #require(all.first { $0.name == "eth0" })
      #expect(ethernet.isUp && ethernet.isRunning && !ethernet.isLoopback)
      #expect(ethernet.linkTypes.first == .ethernet)
      #expect(ethernet.addresses.contains(IPAddress(version4: 0x0A09_0002)))
      #expect(
        ethernet.addresses.contains(IPAddress(version6High: 0xFD09_0000_0000_0000, low: 2)))
      #expect(ethernet.refusal == nil)
      #expect(all.first { $0.name == "lo" }?.isLoopback == true)
      #expect(all.first { $0.name == "any" }?.linkTypes == [.linuxCooked2, .linuxCooked])
    }
  }
#endif
