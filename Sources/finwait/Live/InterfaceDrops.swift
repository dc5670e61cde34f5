import Capture
import Host

/// Asks the interfaces of a capture what they had no room for.
final class InterfaceDrops {
  #if os(Linux)
    private var counters: InterfaceCounters

    /// In the calling thread's network namespace.
    init() throws(HostError) { counters = try InterfaceCounters() }

    func note(in capture: LiveCapture) throws(HostError) {
      for (index, interface) in capture.interfaces.enumerated() where interface.failure == nil {
        if let missed = try counters.missedPackets(of: interface.name) {
          capture.note(missedPackets: missed, of: index)
        }
      }
    }
  #else
    init() throws(HostError) {
      throw .notSupported("what interfaces have no room for is not told on this system")
    }

    func note(in capture: LiveCapture) throws(HostError) {}
  #endif
}
