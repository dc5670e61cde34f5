/// The last values of many.
struct Ring<Value> {
  private let limit: Int
  private var values: [Value] = []
  /// Where the oldest is, once there are as many as there may be.
  private var next = 0

  init(limit: Int) { self.limit = limit }

  mutating func append(_ value: Value) {
    if values.count < limit { return values.append(value) }
    values[next] = value
    next = next + 1 == limit ? 0 : next + 1
  }

  /// The oldest first.
  func forEach(_ body: (Value) -> Void) {
    for index in next..<values.count { body(values[index]) }
    for index in 0..<next { body(values[index]) }
  }
}
