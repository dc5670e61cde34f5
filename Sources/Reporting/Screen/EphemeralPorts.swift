/// The ports that a kernel may choose for those who dial.
public struct EphemeralPorts: Equatable, Sendable {
  public var range: ClosedRange<UInt16>
  /// Never chosen; none overlaps another.
  public var reserved: [ClosedRange<UInt16>]

  public init(range: ClosedRange<UInt16>, reserved: [ClosedRange<UInt16>] = []) {
    self.range = range
    self.reserved = reserved
  }

  /// How many there are.
  public var count: Int {
    range.count
      - reserved.filter { $0.overlaps(range) }.map { $0.clamped(to: range).count }
      .reduce(0, +)
  }

  public func contains(_ port: UInt16) -> Bool {
    range.contains(port) && !reserved.contains { $0.contains(port) }
  }
}
