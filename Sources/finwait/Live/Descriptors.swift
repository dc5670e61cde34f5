#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Waiting for what comes (poll(2)).
enum Descriptors {
  /// Waits until one can be read, or something is wrong with it, or the time is over.
  static func wait(for descriptors: [Int32], milliseconds: Int32) {
    var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    // The pointer and the count are the array's; a signal ends the wait early, as a packet does.
    _ = unsafe entries.withUnsafeMutableBufferPointer { buffer in
      unsafe poll(buffer.baseAddress, nfds_t(buffer.count), milliseconds)
    }
  }
}
