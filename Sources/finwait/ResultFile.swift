import Capture

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that results go into, beside standard output.
enum ResultFile {
  /// Refuses outputs that are the same file as an input, under whatever name.
  static func spare(_ inputs: [String], by outputs: [String]) throws {
    for input in inputs where outputs.contains(where: { ReplacementFile.isSame(input, $0) }) {
      throw UsageFailure("the output would replace the input \(input)")
    }
  }

  /// - Parameter isAppended: behind what is there; else in its place.
  static func write(_ bytes: [UInt8], to path: String, isAppended: Bool = false) throws {
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (isAppended ? O_APPEND : O_TRUNC)
    // The path becomes a C string for the call; the mode is given, as O_CREAT asks for.
    let descriptor = unsafe open(path, flags, 0o666)
    guard descriptor >= 0 else {
      throw OutputFailure.system("\(path) cannot be written: \(SystemWords.reason(errno))")
    }
    defer { _ = close(descriptor) }
    try Descriptor.write(bytes[...], to: descriptor, what: path)
  }
}
