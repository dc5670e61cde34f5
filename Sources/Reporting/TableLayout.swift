/// How wide a report may be.
public enum Page {
  public static let width = 100
}

/// The columns of a text table and how wide each is on this page.
struct TableLayout {
  struct Column {
    enum Alignment { case left, right }

    var title: String
    var alignment: Alignment = .left
    /// The least width to which a column may be cut; nil: never cut.
    var cutTo: Int?
    /// Rather left out than that another column is cut.
    var isOptional = false
    var isShown = true
    var width = 0

    init(
      _ title: String, _ alignment: Alignment = .left, cutTo: Int? = nil, isOptional: Bool = false
    ) {
      self.title = title
      self.alignment = alignment
      self.cutTo = cutTo
      self.isOptional = isOptional
    }
  }

  static let indent = 2

  private(set) var columns: [Column]
  private var gap = 2

  init(_ columns: [Column]) {
    self.columns = columns
    for index in columns.indices { widen(index, to: columns[index].title) }
  }

  /// Makes room for `cell`.
  mutating func widen(_ column: Int, to cell: String) {
    columns[column].width = max(columns[column].width, cell.unicodeScalars.count)
  }

  /// Leaves out the optional columns, narrows the gaps, and then the columns that may be cut, the
  /// widest first, until the page holds all.
  mutating func fit(_ page: Int = Page.width) {
    for index in columns.indices where columns[index].isOptional && width > page {
      columns[index].isShown = false
    }
    if width > page { gap = 1 }
    while width > page {
      let wide = columns.indices
        .filter { columns[$0].isShown && columns[$0].width > columns[$0].cutTo ?? .max }
        .max { columns[$0].width < columns[$1].width }
      guard let wide else { return }
      columns[wide].width -= 1
    }
  }

  private var width: Int {
    let shown = columns.filter(\.isShown)
    return Self.indent + shown.reduce(0) { $0 + $1.width } + gap * (shown.count - 1)
  }

  func writeTitles(to output: inout OutputBuffer, palette: Palette) {
    output.appendLine(palette.paint(line(columns.map(\.title)), as: .faint))
  }

  func write(_ cells: [String], to output: inout OutputBuffer) {
    output.appendLine(line(cells))
  }

  private func line(_ cells: [String]) -> String {
    var line = String(repeating: " ", count: Self.indent)
    for (column, cell) in zip(columns, cells) where column.isShown {
      let text = cell.cutInTheMiddle(to: column.width)
      let space = String(repeating: " ", count: column.width - text.unicodeScalars.count)
      line += column.alignment == .right ? space + text : text + space
      line += String(repeating: " ", count: gap)
    }
    while line.last == " " { line.removeLast() }
    return line
  }
}

/// A table small enough to be held: its columns are as wide as its rows need.
struct TextTable {
  private var layout: TableLayout
  private var rows: [[String]] = []

  init(_ columns: [TableLayout.Column]) { layout = TableLayout(columns) }

  mutating func append(_ cells: [String]) {
    for (index, cell) in cells.enumerated() { layout.widen(index, to: cell) }
    rows.append(cells)
  }

  func write(to output: inout OutputBuffer, palette: Palette) {
    if rows.isEmpty { return }
    var layout = layout
    layout.fit()
    layout.writeTitles(to: &output, palette: palette)
    for row in rows { layout.write(row, to: &output) }
  }
}

extension String {
  /// In at most `width` columns: the middle gives way to `…`; of an address the port stays.
  func cutInTheMiddle(to width: Int) -> String {
    let scalars = Array(unicodeScalars)
    guard scalars.count > width else { return self }
    guard width > 1 else { return width == 1 ? "…" : "" }
    let tail = min(max((width - 1) / 2, 8), width - 1)
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars.prefix(width - 1 - tail))
    result.append("…")
    result.append(contentsOf: scalars.suffix(tail))
    return String(result)
  }

  /// Broken between words into lines of at most `width` columns; a word alone may be longer.
  func wrapped(to width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in split(separator: " ") {
      let needed = line.unicodeScalars.count + 1 + word.unicodeScalars.count
      if !line.isEmpty, needed > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " " + word
    }
    return line.isEmpty ? lines : lines + [line]
  }
}

extension OutputBuffer {
  /// A paragraph: `text` wrapped to the page, every line after the first indented by two more.
  mutating func appendWrapped(
    _ text: String, indent: Int = 0, palette: Palette = .plain, as role: Palette.Role = .faint
  ) {
    let lines = text.wrapped(to: Page.width - indent - 2)
    for (index, line) in lines.enumerated() {
      append(repeating: UInt8(ascii: " "), count: index == 0 ? indent : indent + 2)
      appendLine(palette.paint(line, as: role))
    }
  }
}
