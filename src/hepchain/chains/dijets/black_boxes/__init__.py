"""Black boxes: data whose content is sealed until the search has answered."""
