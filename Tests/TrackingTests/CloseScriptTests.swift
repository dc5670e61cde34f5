import TestSupport
import Testing

/// The scripts themselves: what is written wrongly is refused, what is not so is found.
@Suite struct CloseScriptTests {
  @Test(arguments: [
    ("+0 X > Y S 0", "one or two bars"),
    ("+0 X > Y S 0 | SYN_SENT", "states of X and Y"),
    ("+0 X > X S 0 | - -", "X > Y or Y > X"),
    ("+0 X > Z S 0 | - -", "no host: Z"),
    ("+0 X > Y Q 0 | - -", "no flags: Q"),
    ("+0 X > Y S zero | - -", "no sequence number: zero"),
    ("+0 X > Y A 1 | - -", "flag A and ack N"),
    ("+0 X > Y S 0 size 3 | - -", "unknown word of a segment: size"),
    ("+zero X > Y S 0 | - -", "no time"),
    ("+0 X > Y S 0 | SYN_SEND -", "no state: SYN_SEND"),
    ("+0 X > Y S 0 | CLOSED?{SYN_SENT} -", "not among the possible"),
    ("+0 X > Y S 0 | CLOSED?{CLOSED -", "no closing brace"),
    ("+0 X > Y S 0 | - - | late never", "no LateKind: never"),
    ("+0 X > Y S 0 | - - | sooner", "unknown expectation: sooner"),
  ])
  func `a mistake in a script is named with its line`(text: String, message: String) throws {
    let mistake = try #require(throws: CloseScript.Mistake.self) {
      try CloseScript("# a comment\n" + text)
    }
    #expect(mistake.line == 2)
    #expect(mistake.description.contains(message), "\(mistake)")
  }

  @Test(arguments: [
    "| ESTABLISHED -", "| SYN_SENT? -", "| - CLOSED?{CLOSED}", "| - - | late keep-alive",
    "| - - | copy", "| - - | conn 2", "| - - | of 2", "| - - | gap", "| - - | one-sided",
    "| - - | X.until 1", "| - - | X.since 1", "| - - | X.since none", "| - - | close open",
    "| - - | first X".replacing("X", with: "both"), "| - - | cause closed-port",
    "| - - | X.activity idle", "| - - | X.ground sentFIN", "| - - | X.resent 1",
    "| - - | stream 1", "| - - | effect killed", "| - - | reply rst",
  ])
  func `what is not so is found`(rest: String) throws {
    let outcome = try CloseScript("+0 X > Y S 0 \(rest)").run()
    #expect(!outcome.failures.isEmpty)
  }

  @Test func `a failure shows the line, what was expected and what was found`() throws {
    let outcome = try CloseScript("\n+0 X > Y S 0 | ESTABLISHED -").run()
    let failure = try #require(outcome.failures.first)
    for part in ["line 2", "frame 1", "must be ESTABLISHED", "is SYN_SENT{SYN_SENT}", "X > Y"] {
      #expect(failure.contains(part), "\(part) in \(failure)")
    }
  }

  @Test func `a segment that is late must be expected to be`() throws {
    let script = Prologue.closed + "+2 Y > X FA 201 ack 102 | - -"
    #expect(try CloseScript(script).run().failures.contains { $0.contains("must not be late") })
  }
}
