import Dissection
import Tracking

/// What is checked where no file of rules is named: what hardly ever is meant.
///
/// TIME_WAIT, a half-close in use and a refused port pass.
public enum DefaultRules {
  public static let rules = [
    Rule(
      name: "No socket is left in CLOSE_WAIT",
      demand: .never(
        .finding(
          FindingCondition(kinds: [.closeWait], duration: .seconds(1), activity: .idle)))),
    Rule(
      name: "Every FIN is answered",
      demand: .never(
        .finding(
          FindingCondition(kinds: [.finWait1, .closing, .lastAck], duration: .seconds(3))))),
    Rule(
      name: "No connection is reset because of unread data",
      demand: .never(.reset(ResetCondition(causes: [.unreadData])))),
    Rule(
      name: "No late packet reaches a new connection",
      demand: .never(.late(LateCondition(reachesNewConnection: true)))),
  ]
}
