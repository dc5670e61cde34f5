/// The colours of a text report: escape codes, or nothing at all.
public struct Palette: Sendable {
  public let isColored: Bool

  public static let plain = Palette(isColored: false)
  public static let colored = Palette(isColored: true)

  /// What a piece of text is, not how it looks.
  public enum Role: CaseIterable, Sendable {
    case heading, problem, caution, fine, faint, cursor
  }

  /// `text` in the colour of its role (ECMA-48 SGR), reset behind it.
  public func paint(_ text: String, as role: Role) -> String {
    guard isColored, !text.isEmpty else { return text }
    return "\u{1B}[\(code(role))m\(text)\u{1B}[0m"
  }

  private func code(_ role: Role) -> String {
    switch role {
    case .heading: "1"
    case .problem: "31"
    case .caution: "33"
    case .fine: "32"
    case .faint: "2"
    case .cursor: "7"
    }
  }
}
