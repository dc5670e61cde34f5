import ArgumentParser
import Checking
import Reporting

/// In which forms what came of a check is written.
struct CheckOutputOptions: ParsableArguments {
  @Option(help: "The form of what is printed.")
  var format: CheckFormat = .text

  @Option(
    help: ArgumentHelp(
      "Write another form into a file as well; can be given more than once.",
      valueName: "form=file"),
    completion: .list(CheckFormat.allCases.map { "\($0.rawValue)=" }),
    transform: ReportTarget.init(parsing:))
  var report: [ReportTarget] = []

  @Option(
    help: ArgumentHelp(
      "Append a summary in Markdown to this file, like $GITHUB_STEP_SUMMARY.",
      valueName: "file"), completion: .file())
  var summary: String?

  @Flag(help: "Every violation in the text, not only the first of each rule.")
  var all = false

  @Option(help: "Colours; auto: on a terminal, unless NO_COLOR is set.")
  var color: WhenArgument = .auto

  /// The files that are written.
  var files: [String] { report.map(\.path) + [summary].compactMap(\.self) }

  func write(_ report: CheckReport) throws {
    let isColored = color.holds(auto: Terminal.standardOutput && !Terminal.refusesColor)
    try StandardOutput().write(
      format.output(
        report, palette: isColored ? .colored : .plain, isComplete: all
      ).bytes[...])
    for target in self.report {
      let output = target.format.output(report, palette: .plain, isComplete: all)
      try ResultFile.write(output.bytes, to: target.path)
    }
    if let summary {
      try ResultFile.write(MarkdownSummary.text(report).bytes, to: summary, isAppended: true)
    }
  }
}

extension CheckFormat: ExpressibleByArgument {}

/// A form and the file that it goes into: `junit=report.xml`.
struct ReportTarget {
  let format: CheckFormat
  let path: String

  init(parsing text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let format = CheckFormat(rawValue: String(parts[0])) else {
      let names = CheckFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("a report is FORM=FILE, where the form is one of \(names)")
    }
    self.format = format
    path = String(parts[1])
  }
}
