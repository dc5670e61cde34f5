#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// The states that `finwait live` tells of this host's ends, held against the kernel's own.
  @Suite(.withNamespaces)
  struct LiveStatesTests {
    /// A minute where the kernel is to be judged, else enough to see that it works.
    private static let seconds =
      ProcessInfo.processInfo.environment["FINWAIT_KERNEL_TESTS"] == nil ? 8 : 60
    /// Within this time of a change either state is right.
    private static let slackSeconds = 0.1

    private struct End: Hashable {
      var local: String
      var remote: String
    }

    private struct Change {
      var time: Double
      var state: String
    }

    @Test func theyAreTheKernelsStatesAtEverySecond() throws {
      let client = try NamespaceHost()
      let server = try NamespaceHost()
      try client.join(server)
      let live = try LiveProcess(
        ["-i", "eth0", "--format", "jsonl", "--duration", "\(Self.seconds + 5)"], on: server)
      let listings = try Traffic.churn(
        seconds: Self.seconds, slots: 500, seed: 11, from: client, to: server)
      #expect(try live.end(within: 20) == 0)
      let changes = try changes(live)
      #expect(changes.count > 500)
      #expect(listings.count > Self.seconds / 2)
      var compared = 0
      for listing in listings {
        let kernel = Dictionary(
          listing.rows.map { (End(local: $0[1], remote: $0[2]), $0[0]) }, uniquingKeysWith: { $1 })
        for end in Set(kernel.keys).union(changes.keys) {
          let told = states(changes[end] ?? [], in: listing)
          let state = kernel[end] ?? "CLOSED"
          #expect(told.contains(state), "\(end) at \(listing.begin): packets say \(told)")
          if state != "CLOSED" { compared += 1 }
        }
      }
      #expect(compared > 100 * Self.seconds)
    }

    /// What the ends of the server were told to be, in order of time.
    private func changes(_ live: LiveProcess) throws -> [End: [Change]] {
      var changes: [End: [Change]] = [:]
      for event in try live.objects("event") where event["event"] as? String == "state" {
        let local = try #require(event["local"] as? [String: Any])
        guard local["address"] as? String == "10.9.0.2" else { continue }
        let end = End(
          local: text(local), remote: text(try #require(event["remote"] as? [String: Any])))
        changes[end, default: []].append(
          Change(
            time: try seconds(try #require(event["time"] as? String)),
            state: try #require(event["state"] as? String)))
      }
      return changes
    }

    /// Those that an end can have been in while the kernel was asked.
    private func states(_ changes: [Change], in listing: Traffic.Listing) -> Set<String> {
      let begin = listing.begin - Self.slackSeconds
      let end = listing.end + Self.slackSeconds
      var states: Set = [changes.last { $0.time <= begin }?.state ?? "CLOSED"]
      for change in changes where change.time > begin && change.time <= end {
        states.insert(change.state)
      }
      return states
    }

    private func text(_ end: [String: Any]) -> String {
      "\(end["address"] ?? ""):\(end["port"] ?? "")"
    }

    /// Of `2026-07-12T14:03:22.000000000Z`.
    private func seconds(_ time: String) throws -> Double {
      let parts = time.dropLast().split(separator: ".")
      let whole = try Date(
        "\(parts[0])Z", strategy: Date.ISO8601FormatStyle())
      return try whole.timeIntervalSince1970 + #require(Double("0.\(parts[1])"))
    }
  }
#endif
