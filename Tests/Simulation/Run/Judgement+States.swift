import Dissection
import TestSupport
import Tracking

/// What is said of one host against what it truly is.
extension Judgement {
  mutating func compare(_ side: Side, _ saying: Saying, at instant: Timestamp) {
    let truth = run.timelines[side].moments[moments[side]].state
    let claim = saying.claim
    let hold = premises[side].hold(at: instant)
    let isOwnTap = run.scenario.path.isTap(at: side)
    coverage.note(claim, truth)
    let isKnowable = hold.seen && hold.complete
    guard isKnowable else { return }
    coverage.knowable += 1
    let signature =
      "\(claim.state.name) for \(truth.name), \(claim.ground)"
      + (isOwnTap ? ", own tap" : "")
    func detail() -> String {
      "\(side.rawValue) is \(truth.name), said to be \(CloseScript.column(claim, saying.possible))"
        + " (\(claim.ground), frames \(claim.evidence.frames))"
    }
    if saying.isProved, claim.state != truth {
      complain(.provedIsTrue, at: instant, signature, detail())
    }
    if hold.arrived || isOwnTap, !saying.possible.contains(truth) {
      complain(.possibleHoldsTruth, at: instant, signature, detail())
    }
    if isOwnTap {
      coverage.atOwnTap += 1
      if claim.state == truth {
        coverage.equal += 1
      } else if let excuse = excuses.find(side, claim.state, truth, run, fed, at: instant) {
        coverage.excused[excuse, default: 0] += 1
      } else {
        complain(.stateIsTruth, at: instant, signature, detail())
      }
      if hold.arrived { judgeTimeWait(side, claim, at: instant) }
    }
  }

  // MARK: TIME_WAIT's end

  /// The ends of TIME_WAIT that were said since the host entered it.
  struct TimeWaitSayings {
    var until: Timestamp?
    var isHeard = false
  }

  /// The last `until` before a timer ended TIME_WAIT is when it ended, or a little earlier.
  private mutating func judgeTimeWait(_ side: Side, _ claim: Claim, at instant: Timestamp) {
    let moment = run.timelines[side].moments[moments[side]]
    if moment.state == .timeWait {
      if let until = claim.until, claim.state == .timeWait { timeWaits[side].until = until }
      return
    }
    defer { timeWaits[side] = TimeWaitSayings() }
    guard let until = timeWaits[side].until, moment.cause == .timer, moment.state == .closed else {
      return
    }
    // A timer that is due but late can be restarted.
    guard run.restart(of: side, from: until, to: moment.time) == nil else { return }
    coverage.expiries += 1
    let lateness = moment.time.since(until)
    if lateness < .zero || lateness > .milliseconds(2500) {
      complain(
        .untilIsExpiry, at: instant, lateness < .zero ? "too early" : "too late",
        "\(side.rawValue)'s TIME_WAIT ended \(lateness.seconds) s after until")
    }
  }

  // MARK: What every report promises

  mutating func judgeReports(_ snapshot: Snapshot) {
    var open = Sides<Int?>(both: nil)
    for report in snapshot.reports {
      for role in Role.allCases {
        let endpoint = report.endpoints[role]
        let claim = endpoint.claim
        let side: Side = endpoint.local == Scenario.addresses.x ? .x : .y
        let place = "connection \(report.number), \(side.rawValue): \(CloseScript.column(claim))"
        let isSingle = claim.certainty == .presumed || claim.possible == StateSet(claim.state)
        if !claim.possible.contains(claim.state) || !isSingle {
          complain(.claimIsPossible, at: snapshot.instant, "\(claim.ground)", place)
        }
        if claim.certainty == .proved, report.gap || report.oneSided {
          complain(.nothingProvedAcrossGaps, at: snapshot.instant, "\(claim.ground)", place)
        }
        guard claim.state != .closed, run.isCaptureWhole else { continue }
        if let other = open[side] {
          complain(
            .oneIsOpen, at: snapshot.instant, "\(claim.ground)", "\(place) beside \(other)")
        }
        open[side] = report.number
      }
    }
  }
}
