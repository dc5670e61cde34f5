import Dissection

extension PcapngReader {
  /// Takes the end of the capture from an Interface Statistics Block that finwait wrote: an extract
  /// ends when its capture did, and not with the last packet that was kept.
  ///
  /// Not from any other: dumpcap has given the time in microseconds whatever the interface counts
  /// in, and editors leave the block in files of which they cut the end off.
  func readEnd(_ block: Span<UInt8>, notes: inout InputNotes) {
    guard block.count >= 24 else { return }
    let index = Int(block.uint32(at: 8, order))
    guard index < interfaces.count else { return }
    var options = PcapngOptions(from: 20, order)
    while let option = options.next(in: block) {
      guard option.code == PcapngOptions.interfaceEnd, option.value.count == 8 else { continue }
      let at = option.value.lowerBound
      let high = UInt64(block.uint32(at: at, order))
      let ticks = high << 32 | UInt64(block.uint32(at: at + 4, order))
      if let end = interfaces[index].time(ticks: ticks) { notes.note(end: end) }
    }
  }
}
