/// What of the connections a screen lists, and in which order.
public struct ScreenQuery: Equatable, Sendable {
  public enum Order: String, CaseIterable, Sendable {
    case age, program, local, remote, state

    var next: Order {
      let all = Order.allCases
      return all[((all.firstIndex(of: self) ?? 0) + 1) % all.count]
    }
  }

  public var filter = ScreenFilter()
  /// Of ends; the oldest first.
  public var order = Order.age
  public var isReversed = false

  public init() {}

  /// Whether the order or the filter asks for the program of every end.
  var needsPrograms: Bool { order == .program || !filter.isEmpty }
}
