import Dissection

/// What must hold at every instant of every run.
public enum Invariant: String, CaseIterable, Sendable {
  /// "No proved claim is ever wrong where P1 and P3 hold."
  case provedIsTrue = "proved is true"
  /// "`possible`: every state X can be in, the claimed one first; a proved claim has exactly one."
  case claimIsPossible = "the claim is possible"
  /// "Where the capture itself shows P1 or P3 broken, nothing about X is proved."
  case nothingProvedAcrossGaps = "nothing is proved across gaps"
  /// "`possible` contains the truth wherever P1 to P3 hold, and at a host's own tap always but for
  /// deaths without a packet."
  case possibleHoldsTruth = "possible holds the truth"
  /// "At a host's own tap the claimed state is the truth, or the truth is in `possible` and no
  /// packet tells them apart."
  case stateIsTruth = "the state at the own tap is the truth"
  /// "Nothing is late that the receiver took as new."
  case lateIsNotNew = "what is late is not new"
  /// "Time-travel (`--at` t) equals a run cut at t."
  case timeTravel = "time travel equals a cut"
  /// "TIME_WAIT `until`: the expiry falls between `until` and `until` + 2.5 s, restarts included."
  case untilIsExpiry = "until is when TIME_WAIT ends"
  /// "Of all endpoint rows with the same `local` and `remote` at most one is not CLOSED."
  case oneIsOpen = "one incarnation is open"
}

/// One invariant that did not hold.
public struct BrokenInvariant: Sendable {
  public var invariant: Invariant
  public var instant: Timestamp
  /// What is the same of failures that are probably one: states and grounds, but no times.
  public var signature: String
  public var detail: String
}
