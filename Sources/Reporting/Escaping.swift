/// Text from file names and captures is hostile: what it may not do to a terminal, a spreadsheet or
/// a JSON reader.
public enum Escaping {
  /// For a terminal: every control character, line and paragraph separator, bidirectional control
  /// and other invisible format character becomes a visible `\u{…}` (`\n`, `\r`, `\t`, `\e` short).
  public static func terminal(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isUnprintable) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isUnprintable(scalar) {
        result += visible(scalar)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A CSV field (RFC 4180): made visible like `terminal`, a leading `=`, `+`, `-` or `@` gets an
  /// apostrophe in front, so that no spreadsheet runs it as a formula, and quotes where needed.
  ///
  /// Meant for text; a number is written as it is, also a negative one.
  public static func csv(_ text: String) -> String {
    var field = terminal(text)
    if let first = field.utf8.first, formulaStarts.contains(first) { field = "'" + field }
    guard field.utf8.contains(where: { quotedCSV.contains($0) }) else { return field }
    return "\""
      + field.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }

  /// Whether `csv` would leave text of these bytes as it is: not asked of all such text.
  static func isPlainCSV(_ bytes: Span<UInt8>) -> Bool {
    if let first = bytes.isEmpty ? nil : bytes[0], formulaStarts.contains(first) { return false }
    for index in bytes.indices {
      let byte = bytes[index]
      if byte < 0x20 || byte >= 0x7F || byte == 0x22 || byte == 0x2C { return false }
    }
    return true
  }

  private static let formulaStarts: [UInt8] = Array("=+-@".utf8)
  private static let quotedCSV: [UInt8] = Array(",\"\r\n".utf8)

  /// Whether a terminal would act on the scalar, or a reader could not see it.
  private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
      .unassigned:
      true
    default:  // a closed list of what is dangerous; the Unicode categories are not ours
      false
    }
  }

  private static func visible(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case "\u{1B}": "\\e"
    default: "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    }
  }
}

extension OutputBuffer {
  /// A JSON string with its quotes (RFC 8259 section 7). Beside what must be escaped, DEL, C1
  /// controls and bidirectional controls are, so that JSON on a terminal is harmless too.
  public mutating func appendJSONString(_ text: String) {
    append(UInt8(ascii: "\""))
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) {
      append(text)
    } else {
      for scalar in text.unicodeScalars { appendJSON(scalar) }
    }
    append(UInt8(ascii: "\""))
  }

  private mutating func appendJSON(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": append("\\\"")
    case "\\": append("\\\\")
    case "\n": append("\\n")
    case "\r": append("\\r")
    case "\t": append("\\t")
    case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{61C}", "\u{200B}"..."\u{200F}",
      "\u{2028}"..."\u{202E}", "\u{2060}"..."\u{206F}", "\u{FEFF}":
      append("\\u")
      let digits = String(scalar.value, radix: 16)
      append(repeating: UInt8(ascii: "0"), count: 4 - digits.utf8.count)
      append(digits)
    default: append(String(scalar))
    }
  }
}
