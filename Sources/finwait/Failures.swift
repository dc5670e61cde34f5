import ArgumentParser
import Capture
import Host
import Reporting

/// The exit statuses of the interface (sysexits.h where it has them).
extension ExitCode {
  /// `check`: a rule is broken; `diff`: something got worse.
  static let broken = ExitCode(1)
  /// An input was damaged, empty, no capture, or of no link type that finwait reads.
  static let damagedInput = ExitCode(2)
  static let usage = ExitCode(64)
  static let missingInput = ExitCode(66)
  static let outputFailed = ExitCode(74)
  static let notPermitted = ExitCode(77)
}

/// Something on the command line that only shows while reading: a filter, a time, a number.
struct UsageFailure: Error {
  let sentences: [String]

  init(_ sentence: String) { sentences = [sentence] }

  /// Where each thing that is wrong has a place: it stands first in its line, as editors look for it.
  init(places: [String]) { sentences = places }
}

extension Finwait {
  static func main() {
    StandardOutput.ignoreBrokenPipes()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as UsageFailure {
      for sentence in failure.sentences.dropLast() {
        StandardError.write("\(Escaping.terminal(sentence))\n")
      }
      end(failure.sentences.last ?? "", .usage)
    } catch CaptureError.badFilter(let sentence) {
      end("the filter is not valid: \(sentence)", .usage)
    } catch LiveError.badFilter(let sentence) {
      end("the filter is not valid: \(sentence)", .usage)
    } catch CaptureError.unreadable(let sentence) {
      end(sentence, .missingInput)
    } catch let error as LiveError {
      end(error.sentence, error.exitCode)
    } catch let error as HostError {
      end(error.sentence, error.exitCode)
    } catch OutputFailure.readerGone {
      // Whoever read the results has seen enough, like `| head`.
      exit(withError: ExitCode.success)
    } catch OutputFailure.system(let sentence) {
      end(sentence, .outputFailed)
    } catch {
      let code = exitCode(for: error)
      if code == .success { exit(withError: error) }
      // The message quotes the command line, which is as hostile as any text.
      let lines = fullMessage(for: error).split(separator: "\n", omittingEmptySubsequences: false)
      let message = lines.map { Escaping.terminal(String($0)) }.joined(separator: "\n")
      if !message.isEmpty { StandardError.write(message + "\n") }
      exit(withError: code)
    }
  }

  private static func end(_ sentence: String, _ code: ExitCode) -> Never {
    StandardError.write("finwait: \(Escaping.terminal(sentence))\n")
    exit(withError: code)
  }
}

extension LiveError {
  fileprivate var exitCode: ExitCode {
    switch self {
    case .notPermitted: .notPermitted
    case .badFilter: .usage
    case .unusable, .failed: .missingInput
    }
  }
}

extension HostError {
  fileprivate var exitCode: ExitCode {
    switch self {
    case .notPermitted: .notPermitted
    case .unknownName: .usage
    case .notSupported, .failed: .missingInput
    }
  }
}

extension SavefileWriter.Failure {
  var sentence: String {
    switch self {
    case .unwritable(let sentence): sentence
    case .timeOutOfRange, .frameTooLong: "a packet cannot be written"
    }
  }
}

extension OutputFailure {
  init(_ failure: SavefileWriter.Failure) { self = .system(failure.sentence) }
}
