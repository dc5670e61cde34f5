import Dissection

@testable import KernelRecordings

/// Which of the model's premises hold for an end's claims at a tap, by what the wire did.
struct PremiseHistory {
  /// A premise does not hold from one instant to another.
  private struct Breach {
    let start: Timestamp
    let end: Timestamp

    func contains(_ instant: Timestamp) -> Bool { start <= instant && instant < end }
  }

  private var unseen: [Breach] = []
  private var notArrived: [Breach] = []
  private var notPassed: [Breach] = []

  /// How far the wire's clock readings can be from those of the taps at the hosts.
  private static let slack = Interval.milliseconds(5)

  /// - Parameter tap: `a`, `b` or `mid`.
  init(of side: KernelRecording.Side, at tap: String, _ passages: [KernelRecording.Passage]) {
    // At its own tap all that is sent is seen, and what is seen has arrived.
    guard tap != side.tap else { return }
    for passage in passages {
      let isOwn = passage.from == side
      // A tap at the other host has what comes when it is delivered, what goes when it is sent.
      let passed: Timestamp? =
        if tap == "mid" {
          passage.middle
        } else if isOwn {
          passage.delivered
        } else {
          passage.isCopy ? nil : passage.sent
        }
      if isOwn {
        guard !passage.isCopy else { continue }
        Self.note(from: passage.sent, to: passed, &unseen)
      } else {
        if let passed { Self.note(from: passed, to: passage.delivered, &notArrived) }
        if let delivered = passage.delivered, passed.map({ $0 > delivered }) ?? true {
          Self.note(from: delivered, to: passed, &notPassed)
        }
      }
    }
  }

  private static func note(from start: Timestamp, to end: Timestamp?, _ breaches: inout [Breach]) {
    breaches.append(
      Breach(
        start: start.advanced(by: slack * -1),
        end: end?.advanced(by: slack) ?? .distantFuture))
  }

  /// P1 and P3 (Documentation/model.md): what a proved claim rests on.
  func holdForProof(at instant: Timestamp) -> Bool {
    !unseen.contains { $0.contains(instant) } && !notPassed.contains { $0.contains(instant) }
  }

  /// P1, P2 and P3.
  func hold(at instant: Timestamp) -> Bool {
    holdForProof(at: instant) && !notArrived.contains { $0.contains(instant) }
  }
}
