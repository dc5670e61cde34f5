/// One of the two hosts of a run.
public enum Side: String, CaseIterable, Hashable, Sendable {
  case x = "X", y = "Y"

  public var other: Side { self == .x ? .y : .x }
}

/// A value for each of the two hosts.
public struct Sides<Value> {
  public var x: Value
  public var y: Value

  public init(x: Value, y: Value) {
    self.x = x
    self.y = y
  }

  public init(both value: Value) { self.init(x: value, y: value) }

  public subscript(side: Side) -> Value {
    get { side == .x ? x : y }
    _modify {
      if side == .x { yield &x } else { yield &y }
    }
  }

  public func map<Other>(_ transform: (Value) -> Other) -> Sides<Other> {
    Sides<Other>(x: transform(x), y: transform(y))
  }
}

extension Sides: Sendable where Value: Sendable {}
extension Sides: Equatable where Value: Equatable {}
