"""Progress at scale: groups over tables of any size, by customer, in bounded memory."""
