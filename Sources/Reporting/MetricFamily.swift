/// What is measured under one name, for a monitoring system.
public struct MetricFamily: Equatable, Sendable {
  /// How a value is to be understood (OpenMetrics 1.0, section "Metric Types").
  public enum Kind: Equatable, Sendable {
    /// Only grows, from the start of the process on.
    case counter
    /// As it is now.
    case gauge
    /// How many things are now up to each bound.
    case gaugeHistogram
    /// Always 1; the labels tell.
    case info
  }

  public struct Label: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public struct Sample: Equatable, Sendable {
    public var labels: [Label]
    public var value: Double

    public init(_ value: Double) { self.init([], value) }

    public init(_ labels: [Label], _ value: Double) {
      self.labels = labels
      self.value = value
    }
  }

  /// Without the suffix that the kind brings with it.
  public var name: String
  public var kind: Kind
  /// The last part of the name, if it is one: `seconds`.
  public var unit: String?
  public var help: String
  /// Of a histogram: one for each bound, which is its `le`.
  public var samples: [Sample]
  /// Of a histogram: the sum of all that it counts.
  public var sum = 0.0

  public init(
    _ name: String, _ kind: Kind, unit: String? = nil, help: String, samples: [Sample]
  ) {
    self.name = name
    self.kind = kind
    self.unit = unit
    self.help = help
    self.samples = samples
  }

  /// How many values lie at or below each bound.
  ///
  /// - Parameter bounds: ascending; infinity is added.
  public init(
    _ name: String, unit: String, help: String, of values: [Double], bounds: [Double]
  ) {
    let samples = (bounds + [.infinity]).map { bound in
      Sample(
        [Label("le", MetricsText.number(bound))], Double(values.count { $0 <= bound }))
    }
    self.init(name, .gaugeHistogram, unit: unit, help: help, samples: samples)
    sum = values.reduce(0, +)
  }
}
