#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Directories and symbolic links as the system lists them, without a String for each name.
enum DirectoryListing {
  /// - Parameter body: gets each name, the 0 at its end included, and the directory's descriptor.
  /// - Returns: 0, or errno.
  static func forEachName(
    in path: String, _ body: (_ name: Span<UInt8>, _ directory: Int32) -> Void
  ) -> Int32 {
    // The path becomes a C string for the call; the stream is closed before this returns.
    guard let stream = unsafe opendir(path) else { return errno }
    defer { unsafe closedir(stream) }
    let directory = unsafe dirfd(stream)
    while let entry = unsafe readdir(stream) {
      // d_name is the last member, ends with 0, and stays until the next call.
      let start = unsafe UnsafeRawPointer(entry).advanced(by: nameOffset)
        .assumingMemoryBound(to: UInt8.self)
      let length = unsafe strlen(UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self))
      let name = unsafe UnsafeBufferPointer(start: start, count: length + 1)
      body(unsafe name.span, directory)
    }
    return 0
  }

  private static let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0

  /// Gives `body` what a symbolic link points to, as far as it is short.
  ///
  /// - Parameter name: with a 0 at its end.
  /// - Returns: 0, or errno.
  static func readLink(
    in directory: Int32, _ name: Span<UInt8>, _ body: (_ target: Span<UInt8>) -> Void
  ) -> Int32 {
    precondition(!name.isEmpty && name[name.count - 1] == 0)
    var target = InlineArray<1024, UInt8>(repeating: 0)
    // At most the buffer's length is written, without a 0; both pointers outlive the call.
    let count = unsafe name.withUnsafeBytes { name in
      var span = target.mutableSpan
      return unsafe span.withUnsafeMutableBytes { buffer -> Int in
        guard let name = unsafe name.baseAddress?.assumingMemoryBound(to: CChar.self),
          let base = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
        else { return -1 }
        return unsafe readlinkat(directory, name, base, buffer.count)
      }
    }
    guard count >= 0 else { return errno }
    body(target.span.extracting(first: count))
    return 0
  }
}
