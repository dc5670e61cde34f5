/// Text with escape codes of a palette's in it, and of nobody else's: those take no room.
extension String {
  /// In columns.
  var columns: Int {
    var columns = 0
    forEachScalar { _, isShown in if isShown { columns += 1 } }
    return columns
  }

  /// The first `width` columns, with the escape codes after them, so that colours end.
  func cut(to width: Int) -> String {
    var result = String.UnicodeScalarView()
    var columns = 0
    forEachScalar { scalar, isShown in
      if isShown { columns += 1 }
      if !isShown || columns <= width { result.append(scalar) }
    }
    return String(result)
  }

  /// With spaces behind it.
  func filled(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - columns))
  }

  private func forEachScalar(_ body: (_ scalar: Unicode.Scalar, _ isShown: Bool) -> Void) {
    var isInCode = false
    for scalar in unicodeScalars {
      if scalar == "\u{1B}" { isInCode = true }
      body(scalar, !isInCode)
      if isInCode, scalar == "m" { isInCode = false }
    }
  }
}
