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

    /// - Parameter width: as wide as it is at least, whatever is in it.
    init(
      _ title: String, _ alignment: Alignment = .left, cutTo: Int? = nil,
      isOptional: Bool = false, width: Int = 0
    ) {
      self.title = title
      self.alignment = alignment
      self.cutTo = cutTo
      self.isOptional = isOptional
      self.width = width
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

  /// Makes room for a row.
  mutating func widen(to row: TableRow) {
    for column in columns.indices {
      columns[column].width = max(columns[column].width, row.width(of: column))
    }
  }

  /// Leaves out optional columns, the last first, narrows the gaps, and then the columns that may be cut, the
  /// widest first, until the page holds all.
  mutating func fit(_ page: Int = Page.width) {
    for index in columns.indices.reversed() where columns[index].isOptional && width > page {
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
    var titles = OutputBuffer()
    write(TableRow(columns.map(\.title)), to: &titles)
    titles.removeAll(from: titles.count - 1)
    output.appendLine(palette.paint(titles.text, as: .faint))
  }

  /// Writes a line, without spaces at its end.
  func write(_ row: TableRow, to output: inout OutputBuffer) {
    var spaces = Self.indent
    for column in columns.indices where columns[column].isShown {
      let width = min(row.width(of: column), columns[column].width)
      let room = columns[column].width - width
      if columns[column].alignment == .right { spaces += room }
      if width > 0 {
        output.append(repeating: UInt8(ascii: " "), count: spaces)
        spaces = 0
        row.write(column, cutTo: width, to: &output)
      }
      if columns[column].alignment == .left { spaces += room }
      spaces += gap
    }
    output.append(UInt8(ascii: "\n"))
  }
}

/// The cells of one row of a table, one behind the other in memory that the next row uses again.
struct TableRow {
  private var text = OutputBuffer()
  private var ends: [Int] = []
  private var widths: [Int] = []

  init(_ cells: [String] = []) {
    for cell in cells { add { $0.append(cell) } }
  }

  mutating func removeAll() {
    text.removeAll()
    ends.removeAll(keepingCapacity: true)
    widths.removeAll(keepingCapacity: true)
  }

  mutating func add(_ write: (inout OutputBuffer) -> Void) {
    let start = text.count
    write(&text)
    ends.append(text.count)
    widths.append(text.withBytes(from: start, Self.width))
  }

  /// In Unicode scalars.
  func width(of column: Int) -> Int { widths[column] }

  func write(_ column: Int, cutTo width: Int, to output: inout OutputBuffer) {
    let start = column == 0 ? 0 : ends[column - 1]
    text.withBytes(from: start) { bytes in
      let cell = bytes.extracting(first: ends[column] - start)
      if widths[column] <= width { return output.append(contentsOf: cell) }
      var text = OutputBuffer()
      text.append(contentsOf: cell)
      output.append(text.text.cutInTheMiddle(to: width))
    }
  }

  private static func width(_ bytes: Span<UInt8>) -> Int {
    var width = 0
    // Of a scalar's bytes, all but the first are 10xxxxxx.
    for index in bytes.indices where bytes[index] & 0xC0 != 0x80 { width += 1 }
    return width
  }
}

/// A table small enough to be held: its columns are as wide as its rows need.
struct TextTable {
  private var layout: TableLayout
  private var rows: [TableRow] = []

  init(_ columns: [TableLayout.Column]) { layout = TableLayout(columns) }

  mutating func append(_ cells: [String]) {
    rows.append(TableRow(cells))
    layout.widen(to: rows[rows.count - 1])
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
  package mutating func appendWrapped(
    _ text: String, indent: Int = 0, width: Int = Page.width, palette: Palette = .plain,
    as role: Palette.Role = .faint
  ) {
    let lines = text.wrapped(to: width - indent - 2)
    for (index, line) in lines.enumerated() {
      append(repeating: UInt8(ascii: " "), count: index == 0 ? indent : indent + 2)
      appendLine(palette.paint(line, as: role))
    }
  }
}
