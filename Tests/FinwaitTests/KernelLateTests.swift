import Dissection
import Foundation
import TestSupport
import Testing
import Tracking

@testable import KernelRecordings

/// What finwait calls late at the receiver's own tap is what the receiver's kernel had no use for.
@Suite(.enabled(if: KernelRecording.isThere, "\(KernelRecording.missing)"))
struct KernelLateTests {
  /// What finwait and the kernel can disagree about.
  enum Rule: String, Comparable {
    /// The kernel found no use for it in TIME_WAIT or CLOSED, and finwait says nothing.
    case missed
    /// The kernel was still opening or open.
    case notLate = "not-late"
    /// It was the peer's FIN.
    case finTaken = "fin-taken"
    /// The kernel's state afterwards is not what the effect says.
    case effect

    static func < (left: Rule, right: Rule) -> Bool { left.rawValue < right.rawValue }
  }

  struct Disagreement: Hashable, Comparable, CustomStringConvertible {
    let side: KernelRecording.Side
    let frame: Int
    let rule: Rule
    var detail = ""

    static func == (left: Self, right: Self) -> Bool {
      left.side == right.side && left.frame == right.frame && left.rule == right.rule
    }
    static func < (left: Self, right: Self) -> Bool {
      (left.side.rawValue, left.frame, left.rule) < (right.side.rawValue, right.frame, right.rule)
    }
    func hash(into hasher: inout Hasher) {
      hasher.combine(frame)
    }
    var description: String { "\(side.rawValue) \(frame) \(rule.rawValue) \(detail)" }
  }

  /// Kernel drop reasons that mark a stray wherever they occur.
  private static let strayReasons: Set<String> = [
    "NO_SOCKET", "TCP_OLD_SEQUENCE", "TCP_INVALID_SEQUENCE", "TCP_INVALID_SYN",
    "TCP_INVALID_ACK_SEQUENCE", "TCP_TOO_OLD_ACK", "TCP_ACK_UNSENT_DATA", "TCP_RFC7323_TW_PAWS",
    "TCP_OVERWINDOW", "TCP_CSUM", "TCP_FLAGS",
  ]

  private static func isStray(_ delivery: KernelRecording.Delivery) -> Bool {
    delivery.drop.contains { reason in
      strayReasons.contains(reason) || reason.hasPrefix("TCP_RFC7323_PAWS")
        || (reason == "NOT_SPECIFIED" && delivery.before == "TIME_WAIT")
    }
  }

  @Test(arguments: KernelRecording.names, KernelRecording.Side.allCases)
  func lateIsWhatTheKernelHadNoUseFor(name: String, side: KernelRecording.Side) throws {
    let recording = try KernelRecording(name)
    let capture = try KernelDeliveries(recording, side)
    #expect(capture.unmatched.isEmpty, "\(capture.unmatched)")
    var found: Set<Disagreement> = []
    var held = 0
    for (delivery, frame) in capture.matched {
      let late = capture.late[frame]
      func disagree(_ rule: Rule) {
        let said = late.map { "\($0.kind.rawValue), \($0.effect.rawValue)" } ?? "in time"
        let detail =
          "\(capture.scenario(delivery)) \(delivery.flags) len \(delivery.len): \(said); kernel "
          + "\(delivery.before) to \(delivery.after) \(delivery.drop)"
        found.insert(Disagreement(side: side, frame: frame, rule: rule, detail: detail))
      }
      switch delivery.before {
      case "TIME_WAIT", "CLOSED":
        guard Self.isStray(delivery), !delivery.isDial else { break }
        held += 1
        if late == nil { disagree(.missed) }
      case "SYN_SENT", "SYN_RECEIVED", "ESTABLISHED":
        held += 1
        if late != nil, !capture.isAfterItsSendersEnd(frame) { disagree(.notLate) }
      case "FIN_WAIT_2" where delivery.after == "TIME_WAIT":
        held += 1
        if late != nil { disagree(.finTaken) }
      default: break  // the kernel's own words, not an enum of ours
      }
      if let late, !late.effect.agrees(before: delivery.before, after: delivery.after) {
        disagree(.effect)
      }
    }
    #expect(held > 500)
    print("late \(name) \(side.rawValue): \(held) held, \(capture.late.count) late")
    let rows = try TabSeparated(beside: #filePath, named: "KernelLateDifferences.tsv").rows
    #expect(
      rows.allSatisfy {
        KernelRecording.hasSide($0) && Rule(rawValue: $0["rule"]) != nil && !$0["why"].isEmpty
      })
    let listed = Set(
      rows.filter { $0["recording"] == name && $0["side"] == side.rawValue }.compactMap { row in
        Rule(rawValue: row["rule"]).map {
          Disagreement(side: side, frame: row.number("frame") ?? 0, rule: $0)
        }
      })
    #expect(found.subtracting(listed).sorted() == [], "not in the list")
    #expect(listed.subtracting(found).sorted() == [], "no longer so: take them out of the list")
  }
}

extension KernelRecording.Delivery {
  /// A SYN without ACK opens a connection or fails to, but is never late at a closed port.
  fileprivate var isDial: Bool { flags.contains("S") && !flags.contains("A") }
}

extension LateEffect {
  /// Whether it is what became of a receiver that was in TIME_WAIT or CLOSED; true for others.
  fileprivate func agrees(before: String, after: String) -> Bool {
    guard before == "TIME_WAIT" || before == "CLOSED" else { return true }
    return switch self {
    case .timerRestarted: before == "TIME_WAIT" && after == "TIME_WAIT"
    case .killed: before == "TIME_WAIT" && after == "CLOSED"
    case .newConnection: after == "SYN_RECEIVED"
    case .none: before == after
    case .unknown: true
    }
  }
}
