#if os(Linux)
  import CLinux

  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif

  /// Giving up what a process no longer needs, once it has opened what it does.
  ///
  /// To be called before any other thread is started: the C library changes the users of all
  /// threads, but the kernel keeps capabilities by thread, and a new one has its parent's.
  public enum Privilege {
    /// What a process without any privilege could not do.
    public struct Needs: OptionSet, Sendable {
      public let rawValue: Int
      public init(rawValue: Int) { self.rawValue = rawValue }

      /// To see the descriptors of other users' processes.
      public static let otherProcesses = Needs(rawValue: 1)

      /// proc(5): the directory may be searched with the first; its links are read under the rules
      /// of ptrace(2), which the second passes.
      fileprivate var capabilities: UInt64 {
        contains(.otherProcesses)
          ? 1 << UInt64(CAP_DAC_READ_SEARCH) | 1 << UInt64(CAP_SYS_PTRACE) : 0
      }
    }

    /// Who is to go on where root began: the user given, else the one who called sudo(8); nil when
    /// there is none, and the process stays root without its privileges.
    ///
    /// - Parameter environment: the value of a variable.
    public static func successor(
      named name: String?, environment: (String) -> String?
    ) throws(HostError) -> SystemUser? {
      if let name {
        guard let user = SystemUser(named: name) else {
          throw .unknownName("there is no user \(name)")
        }
        return user
      }
      guard geteuid() == 0, let id = environment("SUDO_UID").flatMap({ UInt32($0) }), id != 0,
        var user = SystemUser(id: id)
      else { return nil }
      if let group = environment("SUDO_GID").flatMap({ UInt32($0) }) { user.group = group }
      return user
    }

    /// Becomes another user if one is given, and keeps of all capabilities those needed alone.
    ///
    /// Nothing that is executed later can get them back.
    public static func drop(to user: SystemUser?, keeping needs: Needs) throws(HostError) {
      if let user, user.id != geteuid() {
        guard geteuid() == 0 else {
          throw .notPermitted("only root can go on as another user: \(user.name)")
        }
        try check(finwait_prctl(PR_SET_KEEPCAPS, 1), "capabilities cannot be kept")
        var group = user.group
        // One group, of the type that the call takes.
        try check(unsafe setgroups(1, &group), "the groups cannot be given up")
        try check(setresgid(user.group, user.group, user.group), "the group cannot be given up")
        try check(setresuid(user.id, user.id, user.id), "root cannot be given up")
      }
      try keep(needs.capabilities)
      try check(finwait_prctl(PR_SET_NO_NEW_PRIVS, 1), "privileges cannot be given up for good")
    }

    /// Whether the calling thread has a capability now.
    public static func holds(_ capability: Int32) -> Bool {
      var data = InlineArray<2, __user_cap_data_struct>(repeating: __user_cap_data_struct())
      guard read(&data) else { return false }
      let bits = UInt64(data[0].effective) | UInt64(data[1].effective) << 32
      return bits >> UInt64(capability) & 1 == 1
    }

    /// Whether it may capture: packet sockets want CAP_NET_RAW (packet(7)).
    public static var mayCapture: Bool { holds(CAP_NET_RAW) }

    /// Keeps those of the capabilities that the thread has and that are wanted.
    private static func keep(_ wanted: UInt64) throws(HostError) {
      var data = InlineArray<2, __user_cap_data_struct>(repeating: __user_cap_data_struct())
      guard read(&data) else { throw .system("the capabilities cannot be read") }
      for half in data.indices {
        let bits = UInt32(truncatingIfNeeded: wanted >> (32 * UInt64(half))) & data[half].permitted
        data[half] = __user_cap_data_struct(effective: bits, permitted: bits, inheritable: 0)
      }
      let span = data.span
      // Two elements, as version 3 of the call reads.
      let result = unsafe span.withUnsafeBufferPointer {
        unsafe finwait_set_capabilities($0.baseAddress)
      }
      try check(result, "capabilities cannot be given up")
    }

    private static func read(_ data: inout InlineArray<2, __user_cap_data_struct>) -> Bool {
      var span = data.mutableSpan
      // Two elements, as version 3 of the call writes.
      return unsafe span.withUnsafeMutableBufferPointer {
        unsafe finwait_get_capabilities($0.baseAddress)
      } == 0
    }

    private static func check(_ result: Int32, _ complaint: String) throws(HostError) {
      guard result == 0 else { throw .system(complaint) }
    }
  }
#endif
