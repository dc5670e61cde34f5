/// Metrics as text, in one of the two forms that Prometheus and others take.
public enum MetricsText: Sendable {
  /// OpenMetrics 1.0.
  case openMetrics
  /// The older text format of Prometheus, which has no histogram of what is now, and calls it a
  /// histogram.
  case prometheus

  /// The form for a client that accepts these media types.
  public init(accepting mediaTypes: String?) {
    self =
      mediaTypes?.contains("application/openmetrics-text") == true ? .openMetrics : .prometheus
  }

  public var mediaType: String {
    switch self {
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
    }
  }

  public func text(_ families: [MetricFamily]) -> String {
    var output = OutputBuffer()
    for family in families { append(family, to: &output) }
    if self == .openMetrics { output.appendLine("# EOF") }
    return output.text
  }

  private func append(_ family: MetricFamily, to output: inout OutputBuffer) {
    let samples = family.name + family.sampleSuffix
    // The older form names the samples, the newer one what they have in common.
    let isNamedInFull = self == .prometheus && family.kind != .gaugeHistogram
    let name = isNamedInFull ? samples : family.name
    output.appendLine("# HELP \(name) \(family.help)")
    output.appendLine("# TYPE \(name) \(typeName(family.kind))")
    if self == .openMetrics, let unit = family.unit { output.appendLine("# UNIT \(name) \(unit)") }
    for sample in family.samples { append(samples, sample, to: &output) }
    if family.kind == .gaugeHistogram, let count = family.samples.last?.value {
      let prefix = self == .openMetrics ? "g" : ""
      append("\(family.name)_\(prefix)count", MetricFamily.Sample([], count), to: &output)
      append("\(family.name)_\(prefix)sum", MetricFamily.Sample([], family.sum), to: &output)
    }
  }

  private func append(
    _ name: String, _ sample: MetricFamily.Sample, to output: inout OutputBuffer
  ) {
    output.append(name)
    for (index, label) in sample.labels.enumerated() {
      output.append(index == 0 ? "{" : ",")
      output.append("\(label.name)=\"\(Self.escaped(label.value))\"")
    }
    if !sample.labels.isEmpty { output.append("}") }
    output.appendLine(" \(Self.number(sample.value))")
  }

  private func typeName(_ kind: MetricFamily.Kind) -> String {
    switch (kind, self) {
    case (.counter, _): "counter"
    case (.gauge, _), (.info, .prometheus): "gauge"
    case (.gaugeHistogram, .openMetrics): "gaugehistogram"
    case (.gaugeHistogram, .prometheus): "histogram"
    case (.info, .openMetrics): "info"
    }
  }

  /// A label's value, which can come from outside.
  private static func escaped(_ value: String) -> String {
    value.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
      .replacing("\"", with: "\\\"")
  }

  static func number(_ value: Double) -> String {
    if value == .infinity { return "+Inf" }
    return "\(value)"
  }
}

extension MetricFamily {
  fileprivate var sampleSuffix: String {
    switch kind {
    case .counter: "_total"
    case .gauge: ""
    case .gaugeHistogram: "_bucket"
    case .info: "_info"
    }
  }
}
