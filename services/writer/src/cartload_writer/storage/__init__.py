"""Where rows and parts are kept: bulk connections to MySQL, and Blob."""
