#if os(Linux)
  import CLinux
#endif

/// Memory that is given back to the system.
public enum ReturnedMemory {
  private static let blockOctets: Int32 = 1 << 20

  /// From now on, large blocks are given back as soon as they are free, at the cost of a system call
  /// each: for a process that runs for long, and whose lists come and go on several threads.
  public static func returnLargeBlocks() {
    #if os(Linux)
      finwait_map_blocks(blockOctets)
    #endif
  }
}
