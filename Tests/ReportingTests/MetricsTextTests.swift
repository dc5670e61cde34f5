import Reporting
import Testing

@Suite struct MetricsTextTests {
  private let families = [
    MetricFamily(
      "finwait_packets", .counter, help: "Packets.",
      samples: [.init([.init("interface", "eth0"), .init("by", "kernel")], 5)]),
    MetricFamily("start_seconds", .gauge, unit: "seconds", help: "Start.", samples: [.init(0.25)]),
    MetricFamily(
      "age_seconds", unit: "seconds", help: "Ages.", of: [0.5, 1, 30, 4], bounds: [1, 10]),
    MetricFamily(
      "finwait_build", .info, help: "Version.", samples: [.init([.init("version", "1")], 1)]),
  ]

  @Test func openMetrics() {
    #expect(
      MetricsText.openMetrics.text(families) == """
        # HELP finwait_packets Packets.
        # TYPE finwait_packets counter
        finwait_packets_total{interface="eth0",by="kernel"} 5.0
        # HELP start_seconds Start.
        # TYPE start_seconds gauge
        # UNIT start_seconds seconds
        start_seconds 0.25
        # HELP age_seconds Ages.
        # TYPE age_seconds gaugehistogram
        # UNIT age_seconds seconds
        age_seconds_bucket{le="1.0"} 2.0
        age_seconds_bucket{le="10.0"} 3.0
        age_seconds_bucket{le="+Inf"} 4.0
        age_seconds_gcount 4.0
        age_seconds_gsum 35.5
        # HELP finwait_build Version.
        # TYPE finwait_build info
        finwait_build_info{version="1"} 1.0
        # EOF

        """)
  }

  @Test func prometheusText() {
    #expect(
      MetricsText.prometheus.text(families) == """
        # HELP finwait_packets_total Packets.
        # TYPE finwait_packets_total counter
        finwait_packets_total{interface="eth0",by="kernel"} 5.0
        # HELP start_seconds Start.
        # TYPE start_seconds gauge
        start_seconds 0.25
        # HELP age_seconds Ages.
        # TYPE age_seconds histogram
        age_seconds_bucket{le="1.0"} 2.0
        age_seconds_bucket{le="10.0"} 3.0
        age_seconds_bucket{le="+Inf"} 4.0
        age_seconds_count 4.0
        age_seconds_sum 35.5
        # HELP finwait_build_info Version.
        # TYPE finwait_build_info gauge
        finwait_build_info{version="1"} 1.0

        """)
  }

  @Test func aHostileLabelStaysInItsPlace() {
    let family = MetricFamily(
      "a", .gauge, help: "A.", samples: [.init([.init("b", "x\"} 1\nc{d=\"\\")], 2)])
    #expect(
      MetricsText.openMetrics.text([family]).split(separator: "\n")[2]
        == #"a{b="x\"} 1\nc{d=\"\\"} 2.0"#)
  }

  @Test func theClientChooses() {
    #expect(MetricsText(accepting: nil) == .prometheus)
    #expect(MetricsText(accepting: "*/*") == .prometheus)
    #expect(
      MetricsText(accepting: "application/openmetrics-text;version=1.0.0,*/*;q=0.1")
        == .openMetrics)
  }
}
