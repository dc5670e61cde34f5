/// Small graphs out of block elements.
enum Graph {
  private static let levels = Array(" ▁▂▃▄▅▆▇█")
  private static let parts = Array(" ▏▎▍▌▋▊▉█")

  /// The last values as columns, the newest at the right; the highest fills its cell.
  static func columns(_ values: [Int], width: Int) -> String {
    let shown = values.suffix(max(width, 0))
    let highest = max(shown.max() ?? 0, 1)
    let text = shown.map { value in
      // What is there is seen, however little.
      levels[value <= 0 ? 0 : max(1, (value * 8 + highest / 2) / highest)]
    }
    return String(repeating: " ", count: max(0, width - text.count)) + String(text)
  }

  /// A bar that is full at 1.
  static func bar(_ part: Double, width: Int) -> String {
    let eighths = Int((min(max(part, 0), 1) * Double(width * 8)).rounded())
    let full = eighths / 8
    let rest = eighths % 8 == 0 ? "" : String(parts[eighths % 8])
    return (String(repeating: "█", count: full) + rest).padded(to: width)
  }
}
