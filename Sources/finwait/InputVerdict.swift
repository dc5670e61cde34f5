import ArgumentParser
import Dissection
import Reporting

/// What the inputs' condition means for the exit status.
struct InputVerdict {
  /// One sentence for each thing that is wrong with an input.
  let complaints: [String]

  init(_ captures: [CaptureRow]) {
    complaints = captures.flatMap { capture -> [String] in
      var sentences = capture.damage.map { damage in
        "\(damage.file): at byte \(damage.offset): \(damage.message)"
      }
      let unreadable = capture.skipped[.unknownLinkType] ?? 0
      if unreadable > 0, unreadable == capture.packets {
        let names = capture.linkTypes.map(\.name).joined(separator: ", ")
        sentences.append("\(capture.file): of no link type that finwait reads (\(names))")
      } else if sentences.isEmpty, capture.format == nil {
        sentences.append("\(capture.file): at byte 0: this is not a capture")
      }
      return sentences
    }
  }

  /// Names what is wrong on standard error.
  func warn() {
    for complaint in complaints {
      StandardError.write("finwait: \(Escaping.terminal(complaint))\n")
    }
  }

  /// Names what is wrong, and ends with its exit status.
  func report() throws {
    warn()
    if !complaints.isEmpty { throw ExitCode.damagedInput }
  }
}
