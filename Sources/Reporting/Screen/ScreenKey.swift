/// What was typed.
public enum ScreenKey: Equatable, Sendable {
  case character(Unicode.Scalar)
  case enter, escape, tab, backTab, backspace
  case up, down, pageUp, pageDown, home, end
  /// Ctrl-C, Ctrl-Z, Ctrl-L and Ctrl-U.
  case interrupt, suspend, redraw, erase

  /// The keys that a terminal has sent (ECMA-48, as xterm does): what it does not know is left out.
  public static func keys(_ bytes: [UInt8]) -> [ScreenKey] {
    var keys: [ScreenKey] = []
    var rest = bytes[...]
    while let byte = rest.first {
      if byte == 0x1B {
        if let key = escape(&rest) { keys.append(key) }
      } else if byte < 0x20 || byte == 0x7F {
        rest = rest.dropFirst()
        if let key = control(byte) { keys.append(key) }
      } else {
        let end = rest.dropFirst().firstIndex { $0 & 0xC0 != 0x80 } ?? rest.endIndex
        for scalar in String(decoding: rest[..<end], as: UTF8.self).unicodeScalars {
          keys.append(.character(scalar))
        }
        rest = rest[end...]
      }
    }
    return keys
  }

  private static func control(_ byte: UInt8) -> ScreenKey? {
    switch byte {
    case 0x03: .interrupt
    case 0x08, 0x7F: .backspace
    case 0x09: .tab
    case 0x0A, 0x0D: .enter
    case 0x0C: .redraw
    case 0x15: .erase
    case 0x1A: .suspend
    default: nil  // most bytes are no key of ours
    }
  }

  /// ESC alone, or a control sequence that begins with it.
  private static func escape(_ rest: inout ArraySlice<UInt8>) -> ScreenKey? {
    rest = rest.dropFirst()
    guard let kind = rest.first, kind == UInt8(ascii: "[") || kind == UInt8(ascii: "O") else {
      return .escape
    }
    rest = rest.dropFirst()
    let parameters = rest.prefix { (0x20...0x3F).contains($0) }
    rest = rest[parameters.endIndex...]
    guard let last = rest.popFirst() else { return nil }
    switch last {
    case UInt8(ascii: "A"): return .up
    case UInt8(ascii: "B"): return .down
    case UInt8(ascii: "H"): return .home
    case UInt8(ascii: "F"): return .end
    case UInt8(ascii: "Z"): return .backTab
    case UInt8(ascii: "~"): return numbered(parameters)
    default: return nil  // most sequences are no key of ours
    }
  }

  private static func numbered(_ parameters: ArraySlice<UInt8>) -> ScreenKey? {
    switch String(decoding: parameters, as: UTF8.self) {
    case "1", "7": .home
    case "4", "8": .end
    case "5": .pageUp
    case "6": .pageDown
    default: nil  // most keys are none of ours
    }
  }
}
