import ArgumentParser
import Reporting

/// In which form results are written.
struct OutputOptions: ParsableArguments {
  @Option(help: "The form of the results.")
  var format: ReportFormat = .text

  @Flag(help: "Times in UTC instead of this machine's zone (JSON and CSV always are).")
  var utc = false

  @Option(help: "Colours; auto: on a terminal, unless NO_COLOR is set.")
  var color: WhenArgument = .auto

  var style: TextStyle {
    let isColored = color.holds(auto: Terminal.standardOutput && !Terminal.refusesColor)
    return TextStyle(palette: isColored ? .colored : .plain, zone: utc ? .utc : .local)
  }
}

extension ReportFormat: ExpressibleByArgument {}

/// Always, never, or when it makes sense.
enum WhenArgument: String, CaseIterable, ExpressibleByArgument {
  case auto, always, never

  func holds(auto: Bool) -> Bool {
    switch self {
    case .auto: auto
    case .always: true
    case .never: false
    }
  }
}
