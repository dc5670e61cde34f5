import Testing

@testable import Reporting

@Suite struct EscapingTests {
  @Test(
    arguments: [
      ("plain.pcap", "plain.pcap"), ("größe 文.pcap", "größe 文.pcap"),
      ("\u{1B}[31mred", "\\e[31mred"), ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
      ("\u{7F}\u{9B}0m", "\\u{7F}\\u{9B}0m"), ("exe\u{202E}pacp", "exe\\u{202E}pacp"),
      ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"), ("zero\u{200B}width", "zero\\u{200B}width"),
      ("\u{2028}", "\\u{2028}"), ("\u{0}", "\\u{0}"),
    ])
  func terminal(text: String, shown: String) {
    #expect(Escaping.terminal(text) == shown)
  }

  @Test(
    arguments: [
      ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"so\"", "\"say \"\"so\"\"\""),
      ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"),
      ("=\"a\"", "\"'=\"\"a\"\"\""), ("a\nb", "a\\nb"), ("\t=1", "\\t=1"), ("", ""),
    ])
  func csv(text: String, field: String) {
    #expect(Escaping.csv(text) == field)
  }

  @Test(
    arguments: [
      ("plain", "\"plain\""), ("a\"b\\c", "\"a\\\"b\\\\c\""), ("\n\r\t", "\"\\n\\r\\t\""),
      ("\u{1B}[0m", "\"\\u001b[0m\""), ("\u{0}", "\"\\u0000\""),
      ("\u{7F}\u{9B}", "\"\\u007f\\u009b\""), ("\u{202E}", "\"\\u202e\""),
      ("größe 文 😀", "\"größe 文 😀\""), ("\u{FEFF}", "\"\\ufeff\""),
    ])
  func json(text: String, literal: String) {
    var output = OutputBuffer()
    output.appendJSONString(text)
    #expect(output.text == literal)
  }

  @Test func plainPaletteWritesNoEscapeCode() {
    for role in Palette.Role.allCases {
      #expect(Palette.plain.paint("x", as: role) == "x")
      #expect(Palette.colored.paint("x", as: role).hasPrefix("\u{1B}["))
      #expect(Palette.colored.paint("x", as: role).hasSuffix("x\u{1B}[0m"))
    }
  }
}
