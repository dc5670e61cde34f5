#if os(Linux)
  import Foundation
  import Host
  import TestSupport
  import Testing

  /// What interfaces have no room for, as ip(8) tells it.
  @Suite(.withNamespaces)
  struct InterfaceCountersTests {
    /// Of two namespaces, each has the interface of the name.
    @Test func theyAreThoseOfTheNamespace() throws {
      let (here, there) = (try NamespaceHost(), try NamespaceHost())
      try here.join(there)
      for host in [here, there] {
        var counters = try NetworkNamespace(host.path).run {
          Result { () throws(HostError) in try InterfaceCounters() }
        }.get()
        for name in ["lo", "eth0"] {
          let text = try host.run("ip", "-json", "-stats", "-stats", "link", "show", name)
          let links = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]]
          let statistics = try #require(links?.first?["stats64"] as? [String: Any])
          let received = try #require(statistics["rx"] as? [String: Any])
          let missed =
            (received["missed_errors"] as? UInt64 ?? 0) + (received["fifo_errors"] as? UInt64 ?? 0)
          #expect(try counters.missedPackets(of: name) == missed)
        }
        #expect(try counters.missedPackets(of: "eth9") == nil)
      }
    }
  }
#endif
