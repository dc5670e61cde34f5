#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file being written: an open file descriptor that is closed with its owner.
final class OutputFile {
  private let name: String
  private var descriptor: Int32

  /// Takes over a file that is open.
  init(descriptor: Int32, name: String) {
    self.name = name
    self.descriptor = descriptor
  }

  init(path: String) throws(SavefileWriter.Failure) {
    name = path == "-" ? "standard output" : path
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    // The path becomes a C string for the call.
    descriptor = path == "-" ? STDOUT_FILENO : unsafe open(path, flags, 0o644)
    guard descriptor >= 0 else {
      throw .unwritable("cannot create \(name): \(OutputFile.words(errno))")
    }
  }

  deinit {
    if descriptor > STDERR_FILENO { _ = close(descriptor) }
  }

  func write(_ bytes: Span<UInt8>) throws(SavefileWriter.Failure) {
    var written = 0
    while written < bytes.count {
      let rest = bytes.extracting(written...)
      let count = unsafe rest.withUnsafeBytes { buffer in
        // `buffer` is `rest`, whole, and stays through the call.
        #if canImport(Glibc)
          unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        #elseif canImport(Musl)
          unsafe Musl.write(descriptor, buffer.baseAddress, buffer.count)
        #else
          unsafe Darwin.write(descriptor, buffer.baseAddress, buffer.count)
        #endif
      }
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        throw .unwritable("cannot write \(name): \(OutputFile.words(errno))")
      }
    }
  }

  /// Cuts off what comes after so many octets; what cannot be cut off stays.
  func truncate(to count: Int) {
    guard ftruncate(descriptor, off_t(count)) == 0 else { return }
    _ = lseek(descriptor, off_t(count), SEEK_SET)
  }

  /// Some systems tell only now that the disk is full.
  func finish() throws(SavefileWriter.Failure) {
    guard descriptor > STDERR_FILENO else { return }
    defer { descriptor = -1 }
    guard close(descriptor) == 0 else {
      throw .unwritable("cannot write \(name): \(OutputFile.words(errno))")
    }
  }

  static func words(_ number: Int32) -> String {
    // strerror answers with a C string for every number; it is copied at once.
    unsafe String(cString: strerror(number))
  }
}
