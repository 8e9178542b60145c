"""Progress at scale: groups over tables of any size, as SQL statements or by customer, in bounded memory."""
