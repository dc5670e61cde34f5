#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  @testable import Host

  @Suite struct LocalPortsTests {
    @Test func rangesAreRead() {
      #expect(LocalPorts.range(of: "32768\t60999\n") == 32_768...60_999)
      #expect(LocalPorts.range(of: "60999 32768") == nil)
      #expect(LocalPorts.range(of: "1024") == nil)
      #expect(LocalPorts.range(of: "1024 99999") == nil)
      #expect(LocalPorts.ranges(of: "8080,9000-9100\n") == [8_080...8_080, 9_000...9_100])
      #expect(LocalPorts.ranges(of: "\n").isEmpty)
    }

    @Test func whatIsNotThereIsNotKnown() {
      #expect(LocalPorts(folder: "/nonexistent").settings == nil)
    }

    /// They are the namespace's own, whoever reads them later, and as they are by then.
    @Test(.withNamespaces) func theyAreThoseOfTheirNamespace() throws {
      let host = try NamespaceHost()
      func set(_ name: String, _ value: String) throws {
        try host.run("sh", "-c", "echo '\(value)' > /proc/sys/net/ipv4/\(name)")
      }
      try set("ip_local_port_range", "40000 40999")
      let ports = try NetworkNamespace(host.path).run { LocalPorts() }
      #expect(ports.settings == .init(range: 40_000...40_999, reserved: []))
      try set("ip_local_port_range", "30000 50999")
      try set("ip_local_reserved_ports", "30001,40000-40010")
      #expect(
        ports.settings
          == .init(range: 30_000...50_999, reserved: [30_001...30_001, 40_000...40_010]))
    }
  }
#endif
