import TestSupport
import Testing

@testable import KernelRecordings

/// The truth of the simulator is the kernel's: a model host that lives through what a Linux kernel
/// was recorded with is in its states and gives its answers.
@Suite(.enabled(if: KernelRecording.isThere, "\(KernelRecording.missing)"))
struct ModelHostKernelTests {
  /// What the model does not have, by scenario.
  private static let foreign = [
    "fast_open": "Fast Open",
    "icmp_unreachable_midway": "a firewall",
    "icmp_unreachable_to_syn": "ICMP",
    "fw2_orphan_timeout_late_data": "a shorter FIN_WAIT_2",
    "fw2_orphan_timeout_late_data_v6": "a shorter FIN_WAIT_2",
    "fw2_orphan_timeout_late_fin": "a shorter FIN_WAIT_2",
    "keepalive_close_wait_orphan_peer": "a shorter FIN_WAIT_2",
    "random-107": "a FIN that met close() within 50 microseconds",
  ]

  @Test(arguments: KernelRecording.names)
  func theModelDoesWhatTheKernelDid(_ name: String) throws {
    let recording = try KernelRecording(name)
    var faults: [String] = []
    var parted: Set<String> = []
    var count = 0
    for side in KernelRecording.Side.allCases {
      let deliveries = try KernelDeliveries(recording, side)
      for end in recording.ends where end.side == side {
        let scenario = String(end.scenario.prefix { $0 != "~" })
        let fault = KernelReplay(end, of: recording, given: deliveries).fault
        count += 1
        guard let fault else { continue }
        if Self.foreign[scenario] == nil {
          faults.append("\(end.scenario) \(side.rawValue): \(fault)")
        }
        parted.insert(scenario)
      }
    }
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    #expect(count == recording.ends.count)
    // What is listed still parts them.
    let isListed = name == "random" ? { $0 == "random-107" } : { $0 != "random-107" }
    let listed = Self.foreign.keys.filter(isListed)
    #expect(parted == Set(listed))
  }
}
