import Dissection
import Reporting
import Tracking
import Yams

/// What a rule is about.
extension RuleReader {
  private static let socketForm = "like :8080, 10.0.0.5, 10.0.0.0/8:5432 or [2001:db8::1]:443"
  private static let networkForm = "an address or network like 10.0.0.5 or 2001:db8::/32"
  private static let timeForm =
    "two times in order: RFC 3339 with its zone, HH:MM:SS (UTC) or +SECONDS from the start"

  mutating func selector(_ fields: RuleFields) -> RuleSelector {
    var selector = RuleSelector()
    selector.services = notes.values(fields["service"], Self.socketForm) { SocketPattern($0) }
    selector.initiators = notes.values(fields["initiator"], Self.socketForm) { SocketPattern($0) }
    selector.networks = notes.values(fields["network"], Self.networkForm) { NetworkPattern($0) }
    selector.hosts = notes.values(fields["host"], Self.networkForm) { NetworkPattern($0) }
    selector.ports = notes.values(fields["port"], "a port or range like 8080 or 8000-8099") {
      PortPattern($0)
    }
    selector.role = notes.words(fields["role"], "role", any: nil, Self.roles).first
    selector.connection = notes.value(
      fields["connection"], "a number, or its two ends, like 192.0.2.1 to 192.0.2.2:8080"
    ) { Self.connection($0) }
    selector.times = times(fields["between"])
    return selector
  }

  private static let roles = Role.allCases.map { ($0.name, $0) }

  private static func connection(_ text: String) -> RuleSelector.Connection? {
    if let number = Int(text) { return number >= 1 ? .number(number) : nil }
    guard let separator = text.firstRange(of: " to "),
      let initiator = SocketPattern(text[..<separator.lowerBound]),
      let responder = SocketPattern(text[separator.upperBound...])
    else { return nil }
    return .ends(initiator: initiator, responder: responder)
  }

  private mutating func times(_ field: RuleFields.Field?) -> TimeWindow? {
    guard let field else { return nil }
    let texts = field.value.sequence.map { $0.compactMap(\.text) } ?? []
    let times = texts.compactMap { TimeArgument($0) }
    guard texts.count == 2, times.count == 2, times[0].canPrecede(times[1]) else {
      notes.note(field.place, "'between' is [FROM, TO], \(Self.timeForm)")
      return nil
    }
    return TimeWindow(first: times[0], last: times[1])
  }
}

extension TimeArgument {
  /// Times of different forms are only comparable once the capture is there.
  fileprivate func canPrecede(_ other: TimeArgument) -> Bool {
    switch (self, other) {
    case (.absolute(let first), .absolute(let last)): first <= last
    case (.clock(let first), .clock(let last)): first <= last
    case (.offset(let first), .offset(let last)): first <= last
    case (.absolute, _), (.clock, _), (.offset, _): true
    }
  }
}
