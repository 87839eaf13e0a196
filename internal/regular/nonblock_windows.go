package regular

// NonBlock is not needed: opening a file in a folder never waits on Windows.
const NonBlock = 0
