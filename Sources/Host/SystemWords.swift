#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension HostError {
  /// What the system has refused, with its own words for why.
  ///
  /// - Parameter number: errno, or what a message carried in its place.
  static func system(_ action: String, _ number: Int32 = errno) -> HostError {
    // strerror answers with a C string for every number; it is copied at once.
    let sentence = "\(action): \(unsafe String(cString: strerror(number)))"
    switch number {
    case EPERM, EACCES: return .notPermitted(sentence)
    case ENOSYS, EOPNOTSUPP, EPROTONOSUPPORT, EAFNOSUPPORT: return .notSupported(sentence)
    default: return .failed(sentence)
    }
  }
}
