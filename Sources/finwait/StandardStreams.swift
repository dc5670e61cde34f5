#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why results could not be written.
enum OutputFailure: Error, Equatable {
  /// The reader of the pipe has closed it.
  case readerGone
  /// Anything else, like a full disk: a sentence.
  case system(String)
}

/// Standard output: bytes as they are, in pieces as large as they come.
struct StandardOutput: Sendable {
  /// A closed pipe is then an error of write(2) instead of a signal that ends the process.
  static func ignoreBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
  }

  func write(_ bytes: ArraySlice<UInt8>) throws {
    try Descriptor.write(bytes, to: STDOUT_FILENO)
  }
}

/// Standard input, at the end of a pipe.
enum StandardInput {
  /// Ctrl-C reaches every process of a pipeline: the first is for the one that captures, whose end
  /// then ends ours with a report; the second is for us.
  static func leaveFirstInterruptToTheWriter() {
    guard isatty(STDIN_FILENO) == 0 else { return }
    _ = signal(SIGINT) { number in _ = signal(number, SIG_DFL) }
  }
}

/// Standard error: what goes wrong there has nowhere to be told.
enum StandardError {
  static func write(_ text: String) {
    do {
      try Descriptor.write(Array(text.utf8)[...], to: STDERR_FILENO)
    } catch {
      return
    }
  }
}

/// A file that is open for writing, as the system numbers it.
enum Descriptor {
  /// - Parameter what: that cannot be written, for the sentence.
  static func write(
    _ bytes: ArraySlice<UInt8>, to descriptor: Int32, what: String = "the results"
  ) throws {
    var written = 0
    while written < bytes.count {
      // The pointer lies within `bytes`, which outlives the call; the count ends at its end.
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe systemWrite(
          descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EPIPE { throw OutputFailure.readerGone }
      guard count >= 0 else {
        throw OutputFailure.system(
          "\(what) cannot be written: \(SystemWords.reason(errno))")
      }
      written += count
    }
  }

  /// write(2), whose name is taken here.
  private static func systemWrite(
    _ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int
  ) -> Int {
    guard let start = unsafe start else { return 0 }
    #if canImport(Glibc)
      return unsafe Glibc.write(descriptor, start, count)
    #elseif canImport(Musl)
      return unsafe Musl.write(descriptor, start, count)
    #else
      return unsafe Darwin.write(descriptor, start, count)
    #endif
  }
}

/// The system's own words.
enum SystemWords {
  /// Why a call failed, by its errno.
  static func reason(_ number: Int32) -> String {
    // strerror's text is copied before anything else can be called.
    unsafe String(cString: strerror(number))
  }
}

/// What is known of the terminal.
enum Terminal {
  static var standardOutput: Bool { isatty(STDOUT_FILENO) == 1 }
  static var standardError: Bool { isatty(STDERR_FILENO) == 1 }

  /// NO_COLOR is set and not empty (no-color.org).
  static var refusesColor: Bool {
    // The environment is not changed by this process, so the string stays.
    guard let value = unsafe getenv("NO_COLOR") else { return false }
    return unsafe value.pointee != 0
  }
}
