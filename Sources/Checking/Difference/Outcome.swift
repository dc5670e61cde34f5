import Dissection
import Reporting
import Tracking

/// One thing that can be said of how a connection went, without ports, frames and times.
enum Trait: Hashable, Sendable {
  /// An end was left in a state that is a finding of `read`; of a half-close in use, an end is
  /// draining.
  case left(FindingKind, Role, isDraining: Bool)
  case reset(ResetCause)
  /// A late packet came to an end.
  case late(LateKind, Role)
  case refused, unanswered
  case closedFirst(ClosedFirst)

  /// Whether more of it is worse. TIME_WAIT is no fault, a half-close in use neither, and somebody
  /// closes first.
  var isBad: Bool {
    switch self {
    case .left(.timeWait, _, _), .left(_, _, isDraining: true), .closedFirst: false
    case .left, .reset, .late, .refused, .unanswered: true
    }
  }

  /// The role it is about; the service's end is the responder.
  var role: Role? {
    switch self {
    case .left(_, let role, _), .late(_, let role): role
    case .reset, .refused, .unanswered, .closedFirst: nil
    }
  }

  /// As JSON spells it.
  var kind: String {
    switch self {
    case .left(let kind, _, _): kind.rawValue
    case .reset(let cause): cause.rawValue
    case .late(let kind, _): kind.rawValue
    case .refused: "refused"
    case .unanswered: "attempt"
    case .closedFirst(let side): "closed_first_\(side.rawValue)"
    }
  }

  /// To follow `3 of 120 connections`, and to follow one connection.
  var words: (plural: String, singular: String) {
    let (plural, singular, rest) = predicate
    return (plural + rest, singular + rest)
  }

  private var predicate: (plural: String, singular: String, rest: String) {
    switch self {
    case .left(.closeWait, let role, isDraining: true):
      ("leave", "leaves", " the \(role.name) in CLOSE_WAIT, still sending")
    case .left(.finWait2, let role, isDraining: true):
      ("leave", "leaves", " the \(role.name) in FIN_WAIT_2, the other end still sending")
    case .left(.halfOpen, let role, _): ("leave", "leaves", " the \(role.name) half-open")
    case .left(let kind, let role, _):
      ("leave", "leaves", " the \(role.name) in \(kind.rawValue.uppercased())")
    case .reset(let cause): ("are", "is", " reset (\(cause.rawValue))")
    case .late(let kind, let role):
      ("bring", "brings", " a late packet to the \(role.name) (\(kind.rawValue))")
    case .refused: ("are", "is", " refused")
    case .unanswered: ("get", "gets", " no answer to the SYN")
    case .closedFirst(.both): ("are", "is", " closed by both ends at once")
    case .closedFirst(let side): ("are", "is", " closed first by the \(side.rawValue)")
    }
  }

  /// The order of reports: what is bad first.
  fileprivate var order: String { (isBad ? "0" : "1") + words.plural }
}

extension Trait: Comparable {
  static func < (left: Self, right: Self) -> Bool { left.order < right.order }
}

/// How one connection went.
struct Outcome: Sendable {
  let number: Int
  /// The address of the end that dialled: its port is another in the next capture.
  let client: IPAddress
  let service: SocketAddress
  let close: CloseKind
  /// And for how long, where it has a length.
  let traits: [Trait: Interval?]

  /// What is the same where two connections went the same way.
  struct Way: Hashable {
    let close: CloseKind
    let traits: Set<Trait>
  }

  var way: Way { Way(close: close, traits: Set(traits.keys)) }
  var badTraits: Set<Trait> { Set(traits.keys.filter(\.isBad)) }

  /// In words, to follow a colon.
  var words: String {
    let parts = traits.keys.sorted().filter { trait in
      // Who closed first matters where nothing else is to be said.
      if case .closedFirst = trait { return traits.count == 1 }
      return true
    }.map { trait in
      trait.words.singular + ((traits[trait] ?? nil).map { " for \($0.words)" } ?? "")
    }
    let isToldByCause = close == .reset && parts.contains { $0.hasPrefix("is reset") }
    return ((isToldByCause ? [] : [close.words]) + parts).joined(separator: ", ")
  }
}
