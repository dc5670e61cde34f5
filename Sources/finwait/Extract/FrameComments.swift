import Dissection
import Reporting
import Tracking

/// What the frames of an extract prove, a few sentences for each frame: of the findings, with the
/// addresses of the extract.
struct FrameComments {
  private var sentences: [Int: [String]] = [:]

  subscript(frame: Int) -> [String] { sentences[frame] ?? [] }

  /// Says what the frames of a connection prove.
  ///
  /// - Parameter instant: that it is told of.
  mutating func add(_ connection: ConnectionReport, at instant: Timestamp) {
    let findings = connection.findings(at: instant)
    guard !findings.isEmpty else { return }
    for role in Role.allCases {
      let end = connection.endpoints[role]
      let (name, peer) = (end.local.text, connection.endpoints[role.peer].local.text)
      say("the first FIN of \(name)", of: end.finFrame)
      say("\(peer) acknowledges the FIN of \(name)", of: end.finAckedFrame)
      say("the first RST of \(name)", of: end.rstFrame)
    }
    for late in connection.late {
      say("late: \(late.kind.rawValue), effect \(late.effect.rawValue)", of: late.frame)
      say("the answer to a late packet", of: late.replyFrame)
    }
    for finding in findings {
      let message = "\(finding.kind.rawValue): \(finding.message(in: connection))"
      for frame in connection.evidence(of: finding) { say(message, of: frame) }
    }
  }

  private mutating func say(_ sentence: String, of frame: Int?) {
    guard let frame, !self[frame].contains(sentence) else { return }
    sentences[frame, default: []].append(sentence)
  }
}
